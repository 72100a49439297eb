package store_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/store"
)

func parseKeys(t testing.TB, text string) store.Keys {
	t.Helper()
	keys, err := store.ParseKeys(text)
	must(t, err)
	return keys
}

func TestSealingKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]store.Keys{"plain": {}, "sealed": parseKeys(t, store.NewKey())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				record, text := rapid.String().Draw(t, "record"), rapid.String().Draw(t, "text")
				back, err := keys.Open(record, keys.Seal(record, text))
				if err != nil || back != text {
					t.Fatalf("got %q, %v", back, err)
				}
				data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
				bytesBack, err := keys.OpenBytes(record, keys.SealBytes(record, data))
				if err != nil || !bytes.Equal(bytesBack, data) {
					t.Fatalf("got %q, %v", bytesBack, err)
				}
			})
		})
	}
}

func TestSealedValuesAreMarked(t *testing.T) {
	t.Parallel()
	keys := parseKeys(t, store.NewKey())
	if sealed := keys.Seal("r", "secret"); !strings.HasPrefix(sealed, "k1:") || strings.Contains(sealed, "secret") {
		t.Errorf("sealed with a key: %q", sealed)
	}
	if sealed := keys.SealBytes("r", []byte("secret")); !bytes.HasPrefix(sealed, []byte("k1:")) || bytes.Contains(sealed, []byte("secret")) {
		t.Errorf("sealed with a key: %q", sealed)
	}
	if got := (store.Keys{}).Seal("r", "secret"); got != "p:secret" {
		t.Errorf("without a key: %q", got)
	}
	if first, second := keys.Seal("r", "secret"), keys.Seal("r", "secret"); first == second {
		t.Error("the same text sealed twice looks the same")
	}
	if !keys.Sealing() || (store.Keys{}).Sealing() {
		t.Error("Sealing does not tell whether there is a key")
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	oldText, newText := store.NewKey(), store.NewKey()
	before, both, after := parseKeys(t, oldText), parseKeys(t, newText+" , "+oldText), parseKeys(t, newText)
	sealed := before.Seal("r", "secret")
	if got, err := both.Open("r", sealed); err != nil || got != "secret" {
		t.Errorf("the old key behind the new one: %q, %v", got, err)
	}
	if _, err := after.Open("r", sealed); err == nil {
		t.Error("opened without the key it was sealed with")
	}
	if got, err := after.Open("r", both.Seal("r", "again")); err != nil || got != "again" {
		t.Errorf("the first key seals: %q, %v", got, err)
	}
	if got, err := both.Open("r", (store.Keys{}).Seal("r", "plain")); err != nil || got != "plain" {
		t.Errorf("a value from before there was a key: %q, %v", got, err)
	}
	if _, err := (store.Keys{}).Open("r", sealed); err == nil {
		t.Error("opened without any key")
	}
}

func TestTamperedValuesDoNotOpen(t *testing.T) {
	t.Parallel()
	keys := parseKeys(t, store.NewKey())
	sealed := keys.Seal("draft/1", "secret")
	if _, err := keys.Open("draft/2", sealed); err == nil {
		t.Error("opened for another record")
	}
	box, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sealed, "k1:"))
	must(t, err)
	for i := range box {
		broken := bytes.Clone(box)
		broken[i] ^= 1
		if _, err := keys.Open("draft/1", "k1:"+base64.StdEncoding.EncodeToString(broken)); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
	}
	for _, wrong := range []string{"", "secret", "k1:", "k1:!", "k2:" + strings.TrimPrefix(sealed, "k1:"), "k1:QUJD"} {
		if _, err := keys.Open("draft/1", wrong); err == nil {
			t.Errorf("opened %q", wrong)
		}
		if _, err := keys.OpenBytes("draft/1", []byte(wrong)); err == nil {
			t.Errorf("opened the bytes %q", wrong)
		}
	}
}

func TestLookupHashes(t *testing.T) {
	t.Parallel()
	oldText, newText := store.NewKey(), store.NewKey()
	before, both := parseKeys(t, oldText), parseKeys(t, newText+","+oldText)
	mail := "Priya@Example.com "
	if before.Lookup(mail) != before.Lookup("priya@example.com") {
		t.Error("case and blanks matter")
	}
	if before.Lookup(mail) == before.Lookup("priyb@example.com") || before.Lookup(mail) == both.Lookup(mail) {
		t.Error("another text or key gives the same hash")
	}
	if hashes := both.Lookups(mail); len(hashes) != 2 || hashes[0] != both.Lookup(mail) || hashes[1] != before.Lookup(mail) {
		t.Errorf("a row of the old key is not found: %q", hashes)
	}
	if hash := (store.Keys{}).Lookup(mail); strings.Contains(hash, "priya") || hash == before.Lookup(mail) {
		t.Errorf("without a key: %q", hash)
	}
}

func TestParseKeysRefusesWithoutQuoting(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString([]byte("too short to be a key"))
	for _, wrong := range []string{"not base64!", short, store.NewKey() + ",", store.NewKey() + "," + short} {
		_, err := store.ParseKeys(wrong)
		if err == nil {
			t.Fatalf("accepted %q", wrong)
		}
		for _, part := range strings.Split(wrong, ",") {
			if part != "" && strings.Contains(err.Error(), part) {
				t.Errorf("the error quotes the key: %v", err)
			}
		}
	}
	if keys := parseKeys(t, " "); keys.Sealing() {
		t.Error("an empty text is a key")
	}
}
