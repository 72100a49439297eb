package discord

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestTheProductFollowsThePublishedSchema holds every view and form of the product, as its golden files have
// them for Discord, against Discord's description of its API.
func TestTheProductFollowsThePublishedSchema(t *testing.T) {
	t.Parallel()
	message, modal := publishedSchema(t, "MessageCreateRequest"), publishedSchema(t, "ModalInteractionCallbackRequestData")
	product := filepath.Join("..", "..", "cmd", "hirebot", "testdata", "platforms", "discord")
	for _, text := range filesIn(t, filepath.Join(product, "views")) {
		mustMatch(t, message, json.RawMessage(text))
	}
	for _, text := range filesIn(t, filepath.Join(product, "forms")) {
		var form struct {
			Steps []json.RawMessage `json:"steps"`
		}
		if err := json.Unmarshal(text, &form); err != nil || len(form.Steps) == 0 {
			t.Errorf("no steps (%v) in %s", err, text)
		}
		for _, step := range form.Steps {
			mustMatch(t, modal, step)
		}
	}
}

// filesIn returns what the JSON files of a directory hold; there is at least one.
func filesIn(t *testing.T, dir string) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no golden file in %s: %v", dir, err)
	}
	var out [][]byte
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}
