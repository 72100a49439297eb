package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// ClaimLife is how long a claim code can be used.
	ClaimLife = time.Hour
	// ClaimTries is how many wrong codes are borne, over all people together.
	ClaimTries = 5
	// claimLength is the length of a code in characters of base 32: 60 bits.
	claimLength = 12
	claimGroup  = 4
)

// ClaimStatus is what became of a try to claim.
type ClaimStatus string

const (
	// ClaimDone means that the code was right and is used up.
	ClaimDone ClaimStatus = "claimed"
	// ClaimWrong means that the code was wrong.
	ClaimWrong ClaimStatus = "wrong"
	// ClaimExpired means that the code's hour is over.
	ClaimExpired ClaimStatus = "expired"
	// ClaimUsed means that somebody has claimed already.
	ClaimUsed ClaimStatus = "used"
	// ClaimNone means that there is no code.
	ClaimNone ClaimStatus = "none"
)

// ClaimResult is what became of a try to claim. A wrong try counts only when its unit commits, so
// that it is a result and no error.
type ClaimResult struct {
	Status ClaimStatus
	// Left is the number of tries that are left after a wrong one; with 0, a new code is needed.
	Left int
}

// NewClaimCode makes a one-time code and returns it, such as "K7QM-2XRA-PL4D". Only its keyed hash
// is kept; the codes before it are void.
func (t *Tx) NewClaimCode(ctx context.Context) (string, error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	letters := rand.Text()[:claimLength]
	if _, err := t.write(ctx, `UPDATE claim_codes SET current = FALSE WHERE current`); err != nil {
		return "", fmt.Errorf("void the claim codes before: %w", err)
	}
	_, err = t.write(ctx, `INSERT INTO claim_codes (id, hash, created_at, expires_at, tries, current) VALUES ($1, $2, $3, $4, 0, TRUE)`,
		id, t.store.keys.Lookup(claimRecord(id, letters)), instant{t.now}, instant{t.now.Add(ClaimLife)})
	if err != nil {
		return "", fmt.Errorf("keep the claim code: %w", err)
	}
	var groups []string
	for i := 0; i < claimLength; i += claimGroup {
		groups = append(groups, letters[i:i+claimGroup])
	}
	return strings.Join(groups, "-"), nil
}

func claimRecord(id, letters string) string { return "claim/" + id + "/" + letters }

// Claim tries a code. Blanks, hyphens and case do not matter. What a right code gives is up to the
// caller.
func (t *Tx) Claim(ctx context.Context, code string) (ClaimResult, error) {
	if t.handle == nil {
		return ClaimResult{}, errReadsOnly
	}
	var (
		id, hash      string
		expires, used instant
		tries         int
	)
	// The try counts before it is looked at, so that tries at the same moment cannot get more than
	// there are.
	err := t.conn.row(ctx, []any{&id, &hash, &expires, &used, &tries},
		`UPDATE claim_codes SET tries = tries + 1 WHERE current RETURNING id, hash, expires_at, used_at, tries`)
	if errors.Is(err, sql.ErrNoRows) {
		return ClaimResult{Status: ClaimNone}, nil
	}
	if err != nil {
		return ClaimResult{}, fmt.Errorf("try a claim code: %w", err)
	}
	switch {
	case !used.IsZero():
		return ClaimResult{Status: ClaimUsed}, nil
	case !t.now.Before(expires.Time):
		return ClaimResult{Status: ClaimExpired}, nil
	case tries > ClaimTries || !t.claimMatches(id, code, hash):
		return ClaimResult{Status: ClaimWrong, Left: max(0, ClaimTries-tries)}, nil
	}
	if _, err := t.write(ctx, `UPDATE claim_codes SET used_at = $2 WHERE id = $1`, id, instant{t.now}); err != nil {
		return ClaimResult{}, fmt.Errorf("use the claim code: %w", err)
	}
	return ClaimResult{Status: ClaimDone}, nil
}

// claimMatches compares in constant time, with every key: one may have been put in front meanwhile.
func (t *Tx) claimMatches(id, code, hash string) bool {
	for _, h := range t.store.keys.Lookups(claimRecord(id, codeLetters(code))) {
		if hmac.Equal([]byte(h), []byte(hash)) {
			return true
		}
	}
	return false
}
