package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/hiring/playbooks"
	"github.com/hirebot/hirebot/store"
)

// playbookCmd is `hirebot playbook`.
type playbookCmd struct {
	Export playbookExportCmd `cmd:"" help:"Write a role's playbook as YAML."`
	Import playbookImportCmd `cmd:"" help:"Read playbooks from YAML files; all of them or, with any mistake, none."`
}

type playbookExportCmd struct {
	Role string `arg:"" help:"The role, by key, title or alias, such as backend-developer."`
	Out  string `short:"o" placeholder:"FILE" help:"The file to write; left out: standard output."`
}

// Run writes a playbook.
func (c playbookExportCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		var text []byte
		err := st.Read(ctx, func(tx *store.Tx) error {
			all := tx.Snapshot().Playbooks()
			p, ok := hiring.FindPlaybook(all, c.Role)
			if !ok {
				var keys []string
				for _, p := range all {
					keys = append(keys, p.Key)
				}
				return failf("there is no role %q. The roles are: %s", c.Role, strings.Join(keys, ", "))
			}
			var err error
			text, err = playbooks.Marshal(p)
			return err
		})
		if err != nil {
			return err
		}
		if c.Out == "" {
			_, err = m.Stdout.Write(text)
		} else {
			err = os.WriteFile(c.Out, text, 0o600)
		}
		if err != nil {
			return fmt.Errorf("write the playbook: %w", err)
		}
		return nil
	})
}

type playbookImportCmd struct {
	Files []string `arg:"" name:"file" help:"YAML files; - reads standard input."`
}

// Run reads playbooks. With any mistake it lists all of them by file and line and changes nothing.
func (c playbookImportCmd) Run(ctx context.Context, m *Main) error {
	var (
		read     []hiring.Playbook
		mistakes []string
		from     = map[string]string{}
	)
	for _, file := range c.Files {
		name, text, err := m.readPlaybook(file)
		if err != nil {
			return err
		}
		p, problems := playbooks.Parse(name, text)
		for _, problem := range problems {
			mistakes = append(mistakes, problem.String())
		}
		if len(problems) > 0 {
			continue
		}
		if other, twice := from[p.Key]; twice {
			mistakes = append(mistakes, fmt.Sprintf("%s: the role %s stands in %s already", name, p.Key, other))
		}
		from[p.Key] = name
		read = append(read, p)
	}
	if len(mistakes) > 0 {
		for _, line := range mistakes {
			fmt.Fprintln(m.Stderr, line)
		}
		return failf("%s found; nothing was changed", count(len(mistakes), "mistake"))
	}
	return m.withStore(ctx, migrated, func(st *store.Store) error {
		var done []string
		err := st.InTx(ctx, func(tx *store.Tx) error {
			done = done[:0]
			for _, p := range read {
				word := "added"
				if old, exists := tx.Snapshot().Playbook(p.Key); exists {
					changed, err := changedSections(old, p)
					if err != nil {
						return err
					}
					if len(changed) == 0 {
						done = append(done, p.Key+": unchanged")
						continue
					}
					word = "replaced; changed: " + strings.Join(changed, ", ")
				}
				if err := tx.SavePlaybook(ctx, p); err != nil {
					return err
				}
				if err := tx.Audit(ctx, store.AuditEvent{Action: "playbook.import", Subject: "role:" + p.Key, Fact: "role_changed"}); err != nil {
					return err
				}
				done = append(done, p.Key+": "+word)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, line := range done {
			fmt.Fprintln(m.Stdout, line)
		}
		return nil
	})
}

// changedSections returns the sections of its file in which a playbook differs from another.
func changedSections(old, p hiring.Playbook) ([]string, error) {
	before, err := sectionsOf(old)
	if err != nil {
		return nil, err
	}
	after, err := sectionsOf(p)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != after[name] {
			changed = append(changed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, had := before[name]; !had {
			changed = append(changed, name)
		}
	}
	return changed, nil
}

// sectionsOf returns the text of each section of a playbook's file.
func sectionsOf(p hiring.Playbook) (map[string]string, error) {
	text, err := playbooks.Marshal(p)
	if err != nil {
		return nil, err
	}
	sections, name := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		if key, _, ok := strings.Cut(line, ":"); ok && key != "" && !strings.ContainsAny(key[:1], " -#") {
			name = key
		}
		sections[name] += line
	}
	return sections, nil
}

// readPlaybook returns a file's name for messages, and its text.
func (m *Main) readPlaybook(file string) (string, []byte, error) {
	name, in := filepath.Base(file), m.Stdin
	if file == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(file) //nolint:gosec // The person at the command line names their own file.
		if err != nil {
			return "", nil, usagef("open the playbook: %v", err)
		}
		defer func() {
			// It was only read.
			_ = f.Close()
		}()
		in = f
	}
	// One byte more than may be is enough for Parse to refuse it.
	text, err := io.ReadAll(io.LimitReader(in, playbooks.MaxFile+1))
	if err != nil {
		return "", nil, errors.Join(failf("read %s: %v", name, err))
	}
	return name, text, nil
}

// count returns a number with its noun: "1 mistake", "2 mistakes".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
