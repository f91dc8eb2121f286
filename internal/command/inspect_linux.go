package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/sitecode"
)

// inspectFlags are the flags of usdt inspect.
type inspectFlags struct {
	pids   pidList
	types  typeFiles
	asJSON bool
	output output
}

func newInspectCommand() *cobra.Command {
	var f inspectFlags
	cmd := &cobra.Command{
		Use:   "inspect {-p PID | FILE} PROVIDER:PROBE",
		Short: "Show what a probe is, byte by byte, in its file and in memory",

		DisableFlagsInUseLine: true,
		Long: `Show what a probe is, byte by byte: the file that has it, and where a process has mapped
that; the note that leads tracers to the probe; the machine code at the probe's site in the file,
and what differs in the memory of the process now, which is what tracers and debuggers have
changed, and what that means. The semaphore, if the probe has one, counts the tracers.

Memory is only read. The wildcards * and ? in PROVIDER:PROBE choose several probes; at most 64
sites are shown. With --json there is a line for each site, with the members of usdt list --json
and more; bytes are in hexadecimal.`,
		Example: `  usdt inspect -p 1234 shop:order_start
  usdt inspect /lib/x86_64-linux-gnu/libc.so.6 libc:setjmp
  sudo usdt inspect -p 1234 'shop:*' --json | jq '{probe, traced}'`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.inspect(cmd, args)
		},
		ValidArgsFunction: f.complete,
	}
	flags := cmd.Flags()
	flags.VarP(&f.pids, "pid", "p", "the process that has the probe: `PID`")
	flags.BoolVar(&f.asJSON, "json", false, "write JSON, one line for each site")
	f.types.addFlags(cmd)
	f.output.addFlags(cmd)
	mustComplete(cmd, "pid", completePIDs)
	return cmd
}

// complete completes a file if no process is named, and then probes.
func (f *inspectFlags) complete(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch {
	case len(f.pids) > 0 && len(args) == 0:
		return completeProbes(cmd, args, toComplete)
	case len(f.pids) == 0 && len(args) == 0:
		return nil, cobra.ShellCompDirectiveDefault // files
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// mostInspected is how many sites are shown.
const mostInspected = 64

// An inspected is a site with all that is known of it.
type inspected struct {
	listedProbe
	inFile bool // the signature is that of the file itself
	site   process.Site
	code   sitecode.Code
}

// fileAddress is where the code begins, as linked.
func (one inspected) fileAddress() uint64 {
	return one.note.Address - (one.note.FileOffset - one.site.Start)
}

// inspect carries out the command.
func (f *inspectFlags) inspect(cmd *cobra.Command, args []string) error {
	files, texts := filesAndPatterns(args)
	switch {
	case len(texts) != 1:
		return usagef("which probe? name one as PROVIDER:PROBE")
	case len(f.pids) > 1:
		return usagef("--pid %v: one process is inspected", &f.pids)
	case len(f.pids) == 1 && len(files) > 0:
		return usagef("use either --pid or a file, not both")
	case len(f.pids) == 0 && len(files) != 1:
		return usagef("which process or file? use --pid PID, or name a file before the probe")
	}
	patterns, err := parsePatterns(texts)
	if err != nil {
		return err
	}
	v, err := f.inventory(files)
	if err != nil {
		return err
	}
	if err := v.checkMatched(patterns); err != nil {
		return err
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	return f.write(cmd, v, patterns)
}

// inventory reads the process, or the file.
func (f *inspectFlags) inventory(files []string) (*inventory, error) {
	if len(files) == 0 {
		return takeInventory(scope{pids: f.pids}, &f.types)
	}
	reader, err := startReader()
	if err != nil {
		return nil, err
	}
	v := &inventory{reader: reader, files: files}
	if v.descriptions, err = f.types.open(reader); err != nil {
		return nil, err
	}
	if _, err := readListedFile(reader, files[0]); err != nil {
		return nil, err
	}
	o, err := reader.ReadNamed(files[0])
	v.objects = []process.Object{o}
	return v, explainFile(files[0], err)
}

// write writes each site that matches.
func (f *inspectFlags) write(cmd *cobra.Command, v *inventory, patterns patternList) error {
	var failed []error
	sites, more, pod := 0, 0, ""
	if len(f.pids) > 0 {
		pod = podOfProcess(f.pids[0])
	}
	for i := range v.objects {
		o := &v.objects[i]
		for j, n := range o.Notes {
			if !patterns.match(nameOf(n)) {
				continue
			}
			if sites++; sites > mostInspected {
				more++
				continue
			}
			one, err := v.inspect(o, j, pod)
			if err != nil {
				failed = append(failed, err)
				continue
			}
			if err := f.writeOne(cmd, one, sites > 1); err != nil {
				return err
			}
		}
	}
	if more > 0 {
		warn(cmd.ErrOrStderr(), "not shown: %s; usdt list shows all",
			plural(more, "other site", "other sites"))
	}
	for _, told := range v.descriptions.tell() {
		warn(cmd.ErrOrStderr(), "%v", told)
	}
	return errors.Join(failed...)
}

// inspect reads what there is at the site of note i of an object. pod is that of its process.
func (v *inventory) inspect(o *process.Object, i int, pod string) (inspected, error) {
	n := o.Notes[i]
	one := inspected{listedProbe: listedProbe{
		note: n, signature: v.descriptions.of(n, o.Signatures), path: o.Path, pod: pod,
	}}
	if o.PID != 0 {
		one.object = o
	}
	one.inFile = one.signature != nil && o.Signatures.Find(n.Provider, n.Name) == one.signature
	var err error
	if one.site, err = v.reader.Inspect(*o, n); err != nil {
		return one, fmt.Errorf("%s: %w", nameOf(n), err)
	}
	one.site.MemoryErr = forTracing(one.site.MemoryErr)
	if one.object != nil && one.site.MemoryErr == nil {
		one.traced = &one.site.IsAttached
	}
	one.code = codeOf(n, one.site)
	return one, nil
}

func codeOf(n sdtnote.Note, s process.Site) sitecode.Code {
	c := sitecode.Code{
		Machine: n.Machine, Kind: sitecode.Plain, Bytes: s.Code,
		Site: int(n.FileOffset - s.Start), // #nosec G115 -- some bytes
	}
	switch {
	case s.IsImage:
		c.Kind = sitecode.Image
	case s.IsBlock:
		c.Kind = sitecode.Block
	}
	return c
}

func (f *inspectFlags) writeOne(cmd *cobra.Command, one inspected, isLater bool) error {
	out := cmd.OutOrStdout()
	if f.asJSON {
		return writeJSONLine(out, one.json())
	}
	if isLater {
		fmt.Fprintln(out)
	}
	return one.view(out)
}
