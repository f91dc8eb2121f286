package rights

var ToGet = toGet
