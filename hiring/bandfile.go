package hiring

import (
	"bytes"
	"strings"
)

// ReadBands reads a file of bands, YAML or CSV, whichever it looks like. A YAML file is a list, so
// its first line that is not blank and no comment begins with a dash; a CSV file begins with its header.
func ReadBands(data []byte, playbooks []Playbook, effective string) ([]Band, []RowProblem) {
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") || text == "---" {
			continue
		}
		if strings.HasPrefix(text, "-") {
			return ReadBandsYAML(data, playbooks, effective)
		}
		break
	}
	return ReadBandsCSV(data, playbooks, effective)
}
