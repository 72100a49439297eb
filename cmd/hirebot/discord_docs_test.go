package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hirebot/hirebot/bot/discord"
)

// TestDocumentedPermissionsOfDiscord: what docs/discord.md says that the app asks for is what it asks for.
func TestDocumentedPermissionsOfDiscord(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "discord.md"))
	if err != nil {
		t.Fatal(err)
	}
	community := discord.Permissions(true)
	var want strings.Builder
	for _, p := range discord.Permissions(false) {
		too := ""
		if slices.Contains(community, p) {
			too = "yes"
		}
		fmt.Fprintf(&want, "| %s |\n", strings.TrimSpace(strings.Join([]string{p.Name, p.Reason, too}, " | ")))
	}
	if !strings.Contains(string(text), want.String()) {
		t.Errorf("docs/discord.md lacks this table:\n%s", want.String())
	}
}
