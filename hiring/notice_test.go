package hiring_test

import (
	"strings"
	"testing"

	"github.com/hirebot/hirebot/hiring"
)

func TestNoticeText(t *testing.T) {
	t.Parallel()
	text := hiring.NoticeText(hiring.NoticeParams{Name: "Meera", Company: "Acme India", Contact: "asha"})
	for _, want := range []string{"Hello Meera,", "Acme India keeps", "corrected or deleted", "write to asha"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %s", want, text)
		}
	}
	if bare := hiring.NoticeText(hiring.NoticeParams{Company: "Acme India"}); !strings.HasPrefix(bare, "Hello,") || !strings.Contains(bare, "answer this message") {
		t.Errorf("without a name and a contact: %s", bare)
	}
}
