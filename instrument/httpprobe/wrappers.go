package httpprobe

import "net/http"

type writer = http.ResponseWriter

// wrappers has a function for each combination of abilities. Go has no way to choose the methods of
// a value at run time, so each combination is a type.
var wrappers = [combinations]func(r *response) writer{
	0: func(r *response) writer {
		return r
	},
	canFlush: func(r *response) writer {
		return struct {
			*response
			flusher
		}{r, flusher{r}}
	},
	canHijack: func(r *response) writer {
		return struct {
			*response
			hijacker
		}{r, hijacker{r}}
	},
	canFlush | canHijack: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
		}{r, flusher{r}, hijacker{r}}
	},
	canReadFrom: func(r *response) writer {
		return struct {
			*response
			readerFrom
		}{r, readerFrom{r}}
	},
	canFlush | canReadFrom: func(r *response) writer {
		return struct {
			*response
			flusher
			readerFrom
		}{r, flusher{r}, readerFrom{r}}
	},
	canHijack | canReadFrom: func(r *response) writer {
		return struct {
			*response
			hijacker
			readerFrom
		}{r, hijacker{r}, readerFrom{r}}
	},
	canFlush | canHijack | canReadFrom: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
		}{r, flusher{r}, hijacker{r}, readerFrom{r}}
	},
	canPush: func(r *response) writer {
		return struct {
			*response
			pusher
		}{r, pusher{r}}
	},
	canFlush | canPush: func(r *response) writer {
		return struct {
			*response
			flusher
			pusher
		}{r, flusher{r}, pusher{r}}
	},
	canHijack | canPush: func(r *response) writer {
		return struct {
			*response
			hijacker
			pusher
		}{r, hijacker{r}, pusher{r}}
	},
	canFlush | canHijack | canPush: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			pusher
		}{r, flusher{r}, hijacker{r}, pusher{r}}
	},
	canReadFrom | canPush: func(r *response) writer {
		return struct {
			*response
			readerFrom
			pusher
		}{r, readerFrom{r}, pusher{r}}
	},
	canFlush | canReadFrom | canPush: func(r *response) writer {
		return struct {
			*response
			flusher
			readerFrom
			pusher
		}{r, flusher{r}, readerFrom{r}, pusher{r}}
	},
	canHijack | canReadFrom | canPush: func(r *response) writer {
		return struct {
			*response
			hijacker
			readerFrom
			pusher
		}{r, hijacker{r}, readerFrom{r}, pusher{r}}
	},
	canFlush | canHijack | canReadFrom | canPush: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
			pusher
		}{r, flusher{r}, hijacker{r}, readerFrom{r}, pusher{r}}
	},
	canCloseNotify: func(r *response) writer {
		return struct {
			*response
			closeNotifier
		}{r, closeNotifier{r}}
	},
	canFlush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			closeNotifier
		}{r, flusher{r}, closeNotifier{r}}
	},
	canHijack | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			hijacker
			closeNotifier
		}{r, hijacker{r}, closeNotifier{r}}
	},
	canFlush | canHijack | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			closeNotifier
		}{r, flusher{r}, hijacker{r}, closeNotifier{r}}
	},
	canReadFrom | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			readerFrom
			closeNotifier
		}{r, readerFrom{r}, closeNotifier{r}}
	},
	canFlush | canReadFrom | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			readerFrom
			closeNotifier
		}{r, flusher{r}, readerFrom{r}, closeNotifier{r}}
	},
	canHijack | canReadFrom | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			hijacker
			readerFrom
			closeNotifier
		}{r, hijacker{r}, readerFrom{r}, closeNotifier{r}}
	},
	canFlush | canHijack | canReadFrom | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
			closeNotifier
		}{r, flusher{r}, hijacker{r}, readerFrom{r}, closeNotifier{r}}
	},
	canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			pusher
			closeNotifier
		}{r, pusher{r}, closeNotifier{r}}
	},
	canFlush | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			pusher
			closeNotifier
		}{r, flusher{r}, pusher{r}, closeNotifier{r}}
	},
	canHijack | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			hijacker
			pusher
			closeNotifier
		}{r, hijacker{r}, pusher{r}, closeNotifier{r}}
	},
	canFlush | canHijack | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			pusher
			closeNotifier
		}{r, flusher{r}, hijacker{r}, pusher{r}, closeNotifier{r}}
	},
	canReadFrom | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			readerFrom
			pusher
			closeNotifier
		}{r, readerFrom{r}, pusher{r}, closeNotifier{r}}
	},
	canFlush | canReadFrom | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			readerFrom
			pusher
			closeNotifier
		}{r, flusher{r}, readerFrom{r}, pusher{r}, closeNotifier{r}}
	},
	canHijack | canReadFrom | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			hijacker
			readerFrom
			pusher
			closeNotifier
		}{r, hijacker{r}, readerFrom{r}, pusher{r}, closeNotifier{r}}
	},
	canFlush | canHijack | canReadFrom | canPush | canCloseNotify: func(r *response) writer {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
			pusher
			closeNotifier
		}{r, flusher{r}, hijacker{r}, readerFrom{r}, pusher{r}, closeNotifier{r}}
	},
}
