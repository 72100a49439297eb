package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// as runs fn in a unit of somebody's.
func (w *world) as(t *testing.T, user string, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	_, err := w.Do(t.Context(), event("", user), false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
		return bot.Response{}, fn(ctx, tx)
	})
	must(t, err)
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		w.person(t, "asha")
		w.person(t, "ravi")
		d := bot.Draft{ID: "d1", Command: "band.set", Subject: "backend", Bound: []string{"backend", "senior"}, Given: bot.Values{"low": {"2000000"}}, Values: bot.Values{"low": {"2500000"}, "skills": {"a", "b"}}}
		for _, user := range []string{"asha", "stranger"} { // a stranger has drafts, too
			w.as(t, user, func(ctx context.Context, tx *store.Tx) error {
				mine := d
				mine.ID = "d-" + user
				must(t, tx.SaveDraft(ctx, mine))
				mine.SavedAt = start
				got, err := tx.Draft(ctx, mine.ID)
				if diff := cmp.Diff(mine, got); diff != "" || err != nil {
					t.Errorf("%s: %v %s", user, err, diff)
				}
				found, ok, err := tx.FindDraft(ctx, "band.set", "backend")
				if diff := cmp.Diff(mine, found); diff != "" || !ok {
					t.Errorf("%s finds %v %s", user, ok, diff)
				}
				_, ok, otherErr := tx.FindDraft(ctx, "band.set", "general")
				if ok {
					t.Error("found the draft for another subject")
				}
				must(t, otherErr)
				return err
			})
		}
		if n := w.count(t, `SELECT count(*) FROM drafts WHERE sealed LIKE '%2500000%'`); n != 0 {
			t.Error("drafts are not sealed")
		}
		w.as(t, "ravi", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Draft(ctx, "d-asha")
			wantCode(t, err, bot.CodeNotFound)
			if _, ok, err := tx.FindDraft(ctx, "band.set", "backend"); ok || err != nil {
				t.Errorf("found somebody else's draft: %v", err)
			}
			must(t, tx.UpdateDraft(ctx, "d-asha", bot.Values{"low": {"1"}}))
			must(t, tx.DeleteDraft(ctx, "d-asha"))
			must(t, tx.UpdateDraft(ctx, "none", nil))
			return nil
		})
		_, err := w.Do(t.Context(), event("", "ravi"), false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
			return bot.Response{}, tx.SaveDraft(ctx, bot.Draft{ID: "d-asha"})
		})
		wantCode(t, err, bot.CodeNotFound)

		w.clock.advance(bot.DraftLife - 1)
		w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.Draft(ctx, "d-asha")
			if diff := cmp.Diff(d.Values, got.Values); diff != "" {
				t.Errorf("somebody else changed it: %s", diff)
			}
			must(t, err)
			return tx.UpdateDraft(ctx, "d-asha", bot.Values{"low": {"3000000"}})
		})
		w.clock.advance(bot.DraftLife - 1)
		w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.Draft(ctx, "d-asha")
			if diff := cmp.Diff(bot.Values{"low": {"3000000"}}, got.Values); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(d.Bound, got.Bound) + cmp.Diff(d.Given, got.Given); diff != "" {
				t.Errorf("new values change what it was opened with: %s", diff)
			}
			must(t, err)
			// The one saved last is found.
			must(t, tx.SaveDraft(ctx, bot.Draft{ID: "d2", Command: "band.set", Subject: "backend"}))
			found, _, err := tx.FindDraft(ctx, "band.set", "backend")
			if found.ID != "d2" {
				t.Errorf("found %s", found.ID)
			}
			must(t, tx.DeleteDraft(ctx, "d2"))
			return err
		})
		w.clock.advance(1 << 30)
		w.clock.advance(bot.DraftLife)
		w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Draft(ctx, "d-asha")
			wantCode(t, err, bot.CodeNotFound)
			return nil
		})
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.person(t, "asha")
		data := bytes.Repeat([]byte{0, 1, 0xff, 'x'}, 5000)
		sum := sha256.Sum256(data)
		w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			id, err := tx.SaveFile(ctx, bot.Upload{Name: "résumé.pdf", MediaType: "application/pdf", Data: data})
			must(t, err)
			want := store.File{
				ID: id, Name: "résumé.pdf", MediaType: "application/pdf", Owner: asha.ID,
				SHA256: hex.EncodeToString(sum[:]), Data: data, CreatedAt: start,
			}
			got, err := tx.File(ctx, id)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			must(t, tx.KeepFile(ctx, id, "C-7"))
			if got, err = tx.File(ctx, id); err != nil || got.Subject != "C-7" {
				t.Errorf("kept for %q, %v", got.Subject, err)
			}
			_, err = tx.File(ctx, "none")
			wantCode(t, err, bot.CodeNotFound)
			wantCode(t, tx.KeepFile(ctx, "none", "C-7"), bot.CodeNotFound)
			_, err = tx.SaveFile(ctx, bot.Upload{Name: "x"})
			wantCode(t, err, bot.CodeInvalid)
			_, err = tx.SaveFile(ctx, bot.Upload{Name: "x", Data: make([]byte, bot.MaxUpload+1)})
			wantCode(t, err, bot.CodeInvalid)
			return nil
		})
		if n := w.count(t, `SELECT count(*) FROM files WHERE name LIKE '%pdf%'`); n != 0 {
			t.Error("the file's name is not sealed")
		}
		w.exec(t, `UPDATE files SET id = 'moved'`)
		must(t, w.Read(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.File(t.Context(), "moved"); err == nil {
				t.Error("a file opens under another id")
			}
			return nil
		}))
	})
}

// TestDraftsOfAnEarlierVersion: there they are their values alone.
func TestDraftsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		w.person(t, "asha")
		w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			return tx.SaveDraft(ctx, bot.Draft{ID: "d1", Command: "band.set", Subject: "backend"})
		})
		keys, err := store.ParseKeys(w.keys)
		must(t, err)
		_, err = w.DB().ExecContext(t.Context(), `UPDATE drafts SET sealed = $1`, keys.Seal("draft/d1", `{"low":["2500000"],"skills":["a","b"]}`))
		must(t, err)
		w.as(t, "asha", func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.Draft(ctx, "d1")
			if diff := cmp.Diff(bot.Values{"low": {"2500000"}, "skills": {"a", "b"}}, got.Values); diff != "" || got.Bound != nil || got.Given != nil {
				t.Errorf("it reads as %+v", got)
			}
			return err
		})
	})
}
