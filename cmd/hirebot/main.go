// Command hirebot is the bot: the process that serves the chat platforms, and the command line to
// try it, to look after it and to ask it from scripts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the image has no time zones of its own

	"github.com/alecthomas/kong"

	"github.com/hirebot/hirebot/bot"
)

// The codes that the process exits with.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// version is set when a release is linked.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	m := Main{
		Args: os.Args[1:], Environ: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Clock: time.Now, Platforms: platformKinds(),
	}
	os.Exit(m.Run(ctx))
}

// Main is the program. Tests run it in their own process: all that it touches is handed in.
type Main struct {
	Args    []string
	Environ []string
	Stdin   io.Reader
	// Stdout takes what was asked for, Stderr the log and what went wrong.
	Stdout, Stderr io.Writer
	Clock          bot.Clock
	// Platforms are the chat platforms that can be configured.
	Platforms []platformKind
	// cfg and vars are set by Run.
	cfg  Config
	vars map[string]string
}

// cli is the tree of commands. What stands here is what --help shows.
type cli struct {
	Config `embed:""`

	Serve    serveCmd    `cmd:"" default:"1" help:"Serve the chat platforms that are configured (the default)."`
	Demo     demoCmd     `cmd:"" help:"Try the bot in the browser, with a sample company."`
	Ask      askCmd      `cmd:"" help:"Run one command as one person, and print the answer."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version."`
	Backup   backupCmd   `cmd:"" help:"Copy the database into a file, while the bot runs."`
	Restore  restoreCmd  `cmd:"" help:"Fill an empty database from a backup."`
	Manifest manifestCmd `cmd:"" help:"Print what a chat platform must be told of the app."`
	Doctor   doctorCmd   `cmd:"" help:"Check this installation, and say what to do about what is wrong."`
	Person   personCmd   `cmd:"" help:"Look after the people whom the bot knows."`
	Playbook playbookCmd `cmd:"" help:"Write and read role playbooks as YAML."`
	Settings settingsCmd `cmd:"" help:"See and change the company's settings."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// exitError ends the program with a code. Its message may be "": everything is said already.
type exitError struct {
	code    int
	message string
}

// Error returns the message.
func (e *exitError) Error() string { return e.message }

// usagef returns an error about what was typed, which exits with code 2.
func usagef(format string, args ...any) error {
	return &exitError{code: exitUsage, message: fmt.Sprintf(format, args...)}
}

// failf returns an error that says what is wrong and what to do, and exits with code 1.
func failf(format string, args ...any) error {
	return &exitError{code: exitFailure, message: fmt.Sprintf(format, args...)}
}

// Run does what the arguments ask for, until it is done or ctx ends, and returns the exit code.
func (m *Main) Run(ctx context.Context) int {
	var (
		tree   cli
		exited bool
	)
	parser, err := kong.New(&tree,
		kong.Name("hirebot"),
		kong.Description("Hirebot, a bot for hiring teams on Slack and Discord. Try it: hirebot demo"),
		kong.Writers(m.Stdout, m.Stderr),
		kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(m),
		kong.PostBuild(markUnused),
	)
	if err != nil {
		return m.report(fmt.Errorf("read the command tree: %w", err))
	}
	parsed, err := parser.Parse(m.Args)
	switch {
	case exited: // the help was asked for, and is printed
		return exitOK
	case err != nil:
		return m.report(usagef("%v\nType hirebot --help for what there is.", err))
	}
	m.vars = environment(m.Environ, parsed.Path)
	cfg, err := loadConfig(m.vars)
	m.cfg = cfg
	// doctor explains a broken configuration, and the version needs none.
	if command := strings.Fields(parsed.Command())[0]; err != nil && command != "doctor" && command != "version" {
		return m.report(err)
	}
	return m.report(parsed.Run())
}

// report prints an error for people and returns the exit code that it stands for.
func (m *Main) report(err error) int {
	if err == nil {
		return exitOK
	}
	if exit, ok := errors.AsType[*exitError](err); ok {
		if exit.message != "" {
			fmt.Fprintln(m.Stderr, "hirebot: "+exit.message)
		}
		return exit.code
	}
	if _, ok := errors.AsType[*ConfigError](err); ok {
		fmt.Fprintf(m.Stderr, "hirebot: %v\nThe settings are described in docs/configuration.md; hirebot doctor checks them all.\n", err)
		return exitUsage
	}
	if coded, ok := errors.AsType[bot.Coded](err); ok && coded.Code() != bot.CodeInternal {
		fmt.Fprintln(m.Stderr, "hirebot: "+coded.Message())
		return exitFailure
	}
	fmt.Fprintf(m.Stderr, "hirebot: %v\n", err)
	return exitFailure
}

// versionCmd is `hirebot version`.
type versionCmd struct{}

// Run prints the version: what was linked in, else what the Go command knows of the build.
func (versionCmd) Run(m *Main) error {
	fmt.Fprintln(m.Stdout, "hirebot "+buildVersion())
	return nil
}

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// markUnused says in the help of each flag that nothing uses yet that it is so.
func markUnused(k *kong.Kong) error {
	later := map[string]bool{}
	for _, o := range options() {
		later[o.Flag] = o.Later
	}
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && later[flag.Name] {
			flag.Help = "Not used by this version yet. " + flag.Help
		}
		return next(nil)
	})
}
