package discordtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// description is Discord's own description of what its HTTP API takes. It knows the structure; the
// limits that it lacks are in limits.go. https://github.com/discord/discord-api-spec
type description struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// described is read once for all tests: it is more than a megabyte.
var described struct {
	once sync.Once
	d    *description
	err  error
}

// describe returns the description, nil where HIREBOT_SHARED does not say where it is.
func describe(t testing.TB) *description {
	t.Helper()
	shared := os.Getenv("HIREBOT_SHARED")
	if shared == "" {
		t.Log("left out: HIREBOT_SHARED does not say where Discord's OpenAPI description is")
		return nil
	}
	described.once.Do(func() {
		described.d, described.err = readDescription(filepath.Join(shared, "schemas", "discord-openapi.json"))
	})
	if described.err != nil {
		t.Fatal(described.err)
	}
	return described.d
}

// descriptionURL is a name of its own: nothing is fetched.
const descriptionURL = "discord:openapi"

func readDescription(path string) (*description, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is of the tests' own environment
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(compilePattern)
	if err := c.AddResource(descriptionURL, value); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &description{compiler: c, compiled: map[string]*jsonschema.Schema{}}, nil
}

// anything stands for patterns that Go's regular expressions cannot say.
type anything string

func (anything) MatchString(string) bool { return true }
func (a anything) String() string        { return string(a) }

func compilePattern(text string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return anything(text), nil //nolint:nilerr // checkCommands has its own idea of names
	}
	return re, nil
}

// bodySchema is where the schema of a request's body stands.
func bodySchema(method, path string) string {
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
	return "/paths/" + escaped + "/" + strings.ToLower(method) + "/requestBody/content/application~1json/schema"
}

// componentSchema is where a named schema stands.
func componentSchema(name string) string { return "/components/schemas/" + name }

// check returns what a value has that its description does not allow.
func (d *description) check(pointer string, value any) []string {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	schema := d.compiled[pointer]
	if schema == nil {
		var err error
		if schema, err = d.compiler.Compile(descriptionURL + "#" + strings.ReplaceAll(strings.ReplaceAll(pointer, "{", "%7B"), "}", "%7D")); err != nil {
			return []string{fmt.Sprintf("the description of %s cannot be read: %v", pointer, err)}
		}
		d.compiled[pointer] = schema
	}
	err := schema.Validate(value)
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return nil
	}
	return reasons(invalid)
}

// reasons returns why a value is not valid. Of alternatives that a type tells apart, only the one that
// was meant has a say.
func reasons(e *jsonschema.ValidationError) []string {
	causes := e.Causes
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		meant := slices.DeleteFunc(slices.Clone(causes), func(c *jsonschema.ValidationError) bool { return otherType(c, e.InstanceLocation) })
		if len(meant) > 0 {
			causes = meant
		}
		if len(meant) != 1 {
			return []string{at(e) + " is none of what it may be"}
		}
	}
	if len(causes) == 0 {
		return []string{at(e) + ": " + fmt.Sprint(e.ErrorKind.KeywordPath(), " ", e.BasicOutput().Error)}
	}
	var out []string
	for _, c := range causes {
		out = append(out, reasons(c)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func at(e *jsonschema.ValidationError) string { return "/" + strings.Join(e.InstanceLocation, "/") }

// otherType tells whether an alternative is refused since it is for another type.
func otherType(e *jsonschema.ValidationError, at []string) bool {
	switch e.ErrorKind.(type) {
	case *kind.Enum, *kind.Const:
		return slices.Equal(e.InstanceLocation, append(slices.Clone(at), "type"))
	case *kind.Type:
		return slices.Equal(e.InstanceLocation, at)
	}
	return slices.ContainsFunc(e.Causes, func(c *jsonschema.ValidationError) bool { return otherType(c, at) })
}
