// Package playbooks brings the role playbooks that ship with the product, and reads and writes
// playbooks as YAML files, which is how a company exports, edits and imports them.
package playbooks

import (
	"embed"
	"fmt"
	"sync"

	"github.com/hirebot/hirebot/hiring"
)

//go:embed *.yaml
var files embed.FS

// builtinFiles are the playbooks that ship, in the order in which they are listed.
var builtinFiles = []string{"backend-developer.yaml", "general.yaml"}

var builtin = sync.OnceValue(func() []hiring.Playbook {
	var all []hiring.Playbook
	for _, name := range builtinFiles {
		if p, err := read(name); err == nil { // a test proves that there is none
			all = append(all, p)
		}
	}
	return all
})

// Builtin returns the playbooks that ship with the product, read at the first call. The caller
// must not change what they hold.
func Builtin() []hiring.Playbook { return append([]hiring.Playbook(nil), builtin()...) }

func read(name string) (hiring.Playbook, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return hiring.Playbook{}, fmt.Errorf("reading the playbook %s: %w", name, err)
	}
	p, problems := Parse(name, data)
	if len(problems) > 0 {
		return hiring.Playbook{}, fmt.Errorf("reading the playbook %s: %s", name, problems[0])
	}
	return p, nil
}
