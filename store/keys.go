package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/hirebot/hirebot/hiring"
)

// The marks that sealed values begin with: AES-256-GCM, and plain where there is no key.
const (
	sealedMark = "k1:"
	plainMark  = "p:"
)

const keyBytes = 32

// Keys seal confidential values. The zero value has no key: values are kept as they are, marked as
// plain.
type Keys struct {
	keys []key // the first seals, all open
}

type key struct {
	aead   cipher.AEAD
	lookup []byte
}

// NewKey returns a new random key, as ParseKeys reads it.
func NewKey() string {
	var b [keyBytes]byte
	_, _ = rand.Read(b[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	return base64.StdEncoding.EncodeToString(b[:])
}

// ParseKeys reads keys of 32 bytes in base64, several by comma. The first seals, all of them open:
// a key is replaced by putting the new one in front. An empty text is no key. The errors never
// quote a key.
func ParseKeys(text string) (Keys, error) {
	var k Keys
	if strings.TrimSpace(text) == "" {
		return k, nil
	}
	for i, part := range strings.Split(text, ",") {
		master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(part))
		if err != nil {
			return Keys{}, fmt.Errorf("read encryption key %d: it is not base64", i+1)
		}
		if len(master) != keyBytes {
			return Keys{}, fmt.Errorf("read encryption key %d: it has %d bytes and must have %d", i+1, len(master), keyBytes)
		}
		one, err := newKeyPair(master)
		if err != nil {
			return Keys{}, fmt.Errorf("read encryption key %d: %w", i+1, err)
		}
		k.keys = append(k.keys, one)
	}
	return k, nil
}

// newKeyPair derives a key for each of the two uses, so that none is used for both.
func newKeyPair(master []byte) (key, error) {
	sealing, err := hkdf.Key(sha256.New, master, nil, "hirebot seal", keyBytes)
	if err != nil {
		return key{}, fmt.Errorf("derive the sealing key: %w", err)
	}
	lookup, err := hkdf.Key(sha256.New, master, nil, "hirebot lookup", keyBytes)
	if err != nil {
		return key{}, fmt.Errorf("derive the look-up key: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return key{}, fmt.Errorf("make the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, fmt.Errorf("make the cipher: %w", err)
	}
	return key{aead: aead, lookup: lookup}, nil
}

// seal appends the sealed data to a prefix. The cipher puts a random nonce of its own in front.
func (k key) seal(prefix []byte, record string, data []byte) []byte {
	return k.aead.Seal(prefix, nil, data, []byte(record)) //nolint:gosec // G407: no nonce is passed, since this cipher makes its own
}

// Sealing tells whether there is a key.
func (k Keys) Sealing() bool { return len(k.keys) > 0 }

// Seal returns a text in the form in which it is kept. The record is what the text belongs to, such
// as "draft/7f3…": moved to another record, it does not open.
func (k Keys) Seal(record, text string) string {
	if !k.Sealing() {
		return plainMark + text
	}
	return sealedMark + base64.StdEncoding.EncodeToString(k.keys[0].seal(nil, record, []byte(text)))
}

// Open returns the text that was sealed for the record. It fails if no key fits, or if anything was
// changed.
func (k Keys) Open(record, sealed string) (string, error) {
	if text, ok := strings.CutPrefix(sealed, plainMark); ok {
		return text, nil
	}
	encoded, ok := strings.CutPrefix(sealed, sealedMark)
	if !ok {
		return "", fmt.Errorf("open %s: the value is not sealed in a way that this version knows", record)
	}
	box, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", fmt.Errorf("open %s: the sealed value is damaged", record)
	}
	text, err := k.open(record, box)
	return string(text), err
}

// SealBytes is Seal for bytes.
func (k Keys) SealBytes(record string, data []byte) []byte {
	if !k.Sealing() {
		return append([]byte(plainMark), data...)
	}
	return k.keys[0].seal([]byte(sealedMark), record, data)
}

// OpenBytes is Open for bytes.
func (k Keys) OpenBytes(record string, sealed []byte) ([]byte, error) {
	if data, ok := strings.CutPrefix(string(sealed), plainMark); ok {
		return []byte(data), nil
	}
	box, ok := strings.CutPrefix(string(sealed), sealedMark)
	if !ok {
		return nil, fmt.Errorf("open %s: the value is not sealed in a way that this version knows", record)
	}
	return k.open(record, []byte(box))
}

func (k Keys) open(record string, box []byte) ([]byte, error) {
	if !k.Sealing() {
		return nil, fmt.Errorf("open %s: it is sealed, and there is no encryption key", record)
	}
	for _, one := range k.keys {
		if data, err := one.aead.Open(nil, nil, box, []byte(record)); err == nil {
			return data, nil
		}
	}
	return nil, fmt.Errorf("open %s: %w", record, errNoKeyFits)
}

var errNoKeyFits = errors.New("no encryption key fits, or the value was changed")

// Lookup returns a keyed hash of a text, made with the first key: what a look-up column holds of an
// e-mail address. Case, blanks at the ends and diacritics do not matter.
func (k Keys) Lookup(text string) string { return k.Lookups(text)[0] }

// Lookups returns the keyed hashes of a text, one for each key, that of the first key first. Who
// searches looks for all of them, since a row may have been written under an older key.
func (k Keys) Lookups(text string) []string {
	folded := hiring.Fold(text)
	if !k.Sealing() {
		sum := sha256.Sum256([]byte(folded))
		return []string{plainMark + hex.EncodeToString(sum[:])}
	}
	hashes := make([]string, len(k.keys))
	for i, one := range k.keys {
		mac := hmac.New(sha256.New, one.lookup)
		mac.Write([]byte(folded))
		hashes[i] = sealedMark + hex.EncodeToString(mac.Sum(nil))
	}
	return hashes
}
