package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// doctorCmd is `hirebot doctor`.
type doctorCmd struct {
	Audit bool `help:"Also verify that no row of the audit was changed or removed."`
}

// The outcomes of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "FAIL"
)

// doctor prints a line for each check.
type doctor struct {
	out    io.Writer
	failed int
	// channels are the names of the channels that the company posts to.
	channels []string
	// wrong is what is wrong with the configuration.
	wrong []string
}

// misconfigured tells whether the value of a variable cannot be used, so that nothing is said of what
// follows from it.
func (d *doctor) misconfigured(name string) bool {
	return slices.ContainsFunc(d.wrong, func(p string) bool { return strings.HasPrefix(p, envPrefix+name) })
}

func (d *doctor) say(outcome, what, format string, args ...any) {
	if outcome == checkFail {
		d.failed++
	}
	fmt.Fprintf(d.out, "%-4s  %s: %s\n", outcome, what, fmt.Sprintf(format, args...))
}

// Run checks the installation. It changes nothing, and exits with 1 where something fails.
func (c doctorCmd) Run(ctx context.Context, m *Main) error {
	d := &doctor{out: m.Stdout}
	d.configuration(m)
	d.machine(m.cfg)
	d.database(ctx, m, c.Audit)
	d.platforms(ctx, m)
	if d.failed > 0 {
		return failf("%s failed", count(d.failed, "check"))
	}
	return nil
}

func (d *doctor) configuration(m *Main) {
	_, err := loadConfig(m.vars)
	if wrong, ok := errors.AsType[*ConfigError](err); ok {
		d.wrong = wrong.Problems
		for _, p := range wrong.Problems {
			d.say(checkFail, "configuration", "%s", p)
		}
	} else {
		d.say(checkOK, "configuration", "every setting can be read")
	}
	for _, u := range unknownVariables(m.vars) {
		d.say(checkWarn, "configuration", "%s", u)
	}
	if unused := unusedVariables(m.vars); len(unused) > 0 {
		d.say(checkWarn, "configuration", "not used by this version yet: %s", strings.Join(unused, ", "))
	}
	served := configured(m.Platforms, m.cfg)
	for _, k := range served {
		d.say(checkOK, k.Name, "configured")
	}
	if len(served) == 0 {
		d.say(checkWarn, "platforms", "none is configured: hirebot serve has nothing to serve. Set one up as docs/configuration.md says, or try hirebot demo")
	}
	switch {
	case d.misconfigured("ENCRYPTION_KEY"):
	case m.cfg.EncryptionKey == "":
		d.say(checkWarn, "encryption", "confidential values are kept in plain text. Make a key with openssl rand -base64 32, set it as %sENCRYPTION_KEY and keep a copy: without it nothing sealed can be read again", envPrefix)
	default:
		d.say(checkOK, "encryption", "confidential values are sealed")
	}
}

// examineTime bounds the examination of one platform.
const examineTime = 30 * time.Second

// platforms asks each configured platform whether it is set up right.
func (d *doctor) platforms(ctx context.Context, m *Main) {
	for _, k := range configured(m.Platforms, m.cfg) {
		p, err := k.Connect(m.cfg, core{Commands: specs, Directory: noDirectory{}, Clock: m.Clock, Log: m.quietLog()})
		if err != nil {
			d.say(checkFail, k.Name, "%v", err)
			continue
		}
		examining, ok := p.(interface {
			Examine(ctx context.Context, channels []string) []bot.Finding
		})
		if !ok {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, examineTime)
		for _, f := range examining.Examine(ctx, d.channels) {
			outcome := checkOK
			switch {
			case f.Fails:
				outcome = checkFail
			case f.Warns:
				outcome = checkWarn
			}
			d.say(outcome, f.What, "%s", f.Text)
		}
		cancel()
	}
}

// noDirectory is the directory of a platform that serves nobody.
type noDirectory struct{}

func (noDirectory) Meet(context.Context, bot.Platform, ...bot.Identity)         {}
func (noDirectory) Changed(context.Context, bot.Identity, bot.Profile)          {}
func (noDirectory) Account(context.Context, string, string) (user, name string) { return "", "" }

// specs returns the declared commands.
func specs() []bot.Spec {
	var out []bot.Spec
	for _, c := range commands.All() {
		out = append(out, c.Spec)
	}
	return out
}

// machine checks what the process needs of the machine that it runs on.
func (d *doctor) machine(cfg Config) {
	for _, zone := range []string{"Asia/Kolkata", "America/New_York"} {
		if _, err := time.LoadLocation(zone); err != nil {
			d.say(checkFail, "time zones", "%s is not known here: install the package tzdata", zone)
			return
		}
	}
	if !d.misconfigured("TIMEZONE") {
		d.say(checkOK, "time zones", "known")
	}
	path, ok := cfg.sqlitePath()
	if !ok {
		return
	}
	dir := filepath.Dir(path)
	probe, err := os.CreateTemp(dir, ".hirebot-doctor-")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say(checkWarn, "data directory", "%s does not exist yet; hirebot serve and hirebot migrate up make it", dir)
	case err != nil:
		d.say(checkFail, "data directory", "%s cannot be written: %v. Give the directory to the user that runs hirebot, or choose another with %sDATA_DIR", dir, err, envPrefix)
	default:
		if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
			d.say(checkWarn, "data directory", "the file of this check stays behind: %v", err)
			return
		}
		d.say(checkOK, "data directory", "%s can be written", dir)
	}
}

// database checks the database and what is in it.
func (d *doctor) database(ctx context.Context, m *Main, audit bool) {
	st, err := openStore(ctx, m.cfg, existing, m.Clock, m.quietLog())
	if err != nil {
		d.say(checkFail, "database", "%v", err)
		return
	}
	defer func() {
		if err := st.Close(); err != nil {
			d.say(checkWarn, "database", "%v", err)
		}
	}()
	d.say(checkOK, "database", "reachable")
	if err := st.CheckSchema(ctx); err != nil {
		d.say(checkFail, "schema", "%v", err)
		return
	}
	d.say(checkOK, "schema", "is this version's")
	err = st.Read(ctx, func(tx *store.Tx) error {
		d.company(m.cfg, tx.Snapshot())
		return d.sealed(ctx, tx)
	})
	if err == nil {
		err = d.outbox(ctx, st)
	}
	if err != nil {
		d.say(checkFail, "database", "%v", err)
		return
	}
	if audit {
		d.audit(ctx, st)
	}
}

// sealed checks that the keys open what is sealed.
func (d *doctor) sealed(ctx context.Context, tx *store.Tx) error {
	n, err := tx.CountSealed(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("read what is sealed: %w", err)
	case n.Shut > 0:
		d.say(checkFail, "sealed values", "%d of %d cannot be opened: set the key that sealed them in %sENCRYPTION_KEY, behind the present one and a comma. Without it they cannot be read again", n.Shut, n.All, envPrefix)
	case n.All > 0:
		d.say(checkOK, "sealed values", "all %d can be opened", n.All)
	}
	return nil
}

// company checks the people and settings.
func (d *doctor) company(cfg Config, s *store.Snapshot) {
	if name := s.Setting(hiring.SettingHiringChannel); name != "" {
		d.channels = append(d.channels, name)
	}
	for _, p := range s.Problems() {
		d.say(checkWarn, "data", "%s", p)
	}
	admins := s.PeopleWith(hiring.Admin)
	switch {
	case len(admins) > 0:
		d.say(checkOK, "admins", "%s", count(len(admins), "admin"))
	case cfg.Admins != "":
		d.say(checkWarn, "admins", "none yet; hirebot serve gives the role to those of %sADMINS: to accounts at once, by e-mail address once somebody who has it writes to the bot", envPrefix)
	default:
		d.say(checkWarn, "admins", "nobody is admin. Name somebody in %sADMINS, use the code that hirebot serve prints, or: hirebot person role NAME +admin", envPrefix)
	}
	for _, r := range []hiring.Role{hiring.Recruiter, hiring.Compensation} {
		if len(s.PeopleWith(r)) == 0 {
			d.say(checkWarn, "roles", "nobody has the role %s (%s): hirebot person role NAME +%s", r, hiring.RolePurpose(r), r)
		}
	}
	if unlinked := unlinkedPeople(s); unlinked > 0 {
		d.say(checkWarn, "people", "%s without an account on a chat platform cannot be reached: hirebot person list shows who", countActive(unlinked))
	}
	problems := 0
	for _, setting := range hiring.Settings() {
		value := s.Setting(setting.Key)
		if value == s.Default(setting.Key) {
			continue // of the program, or of the configuration, which is checked above
		}
		_, err := hiring.CheckSetting(setting, value)
		if err == nil && setting.Kind == hiring.SettingChain {
			err = commands.CheckChain(s, value, setting.Key)
		}
		if err != nil {
			problems++
			d.say(checkFail, "settings", "%s: %s — change it with: hirebot settings set %s VALUE", setting.Key, messageOf(err), setting.Key)
		}
	}
	if problems == 0 {
		d.say(checkOK, "settings", "can all be used")
	}
}

func countActive(n int) string {
	if n == 1 {
		return "1 active person"
	}
	return fmt.Sprintf("%d active people", n)
}

func unlinkedPeople(s *store.Snapshot) int {
	n := 0
	for _, p := range s.People() {
		if p.Active && !p.Linked() {
			n++
		}
	}
	return n
}

// shownDead is how many given-up messages are listed.
const shownDead = 5

// outbox checks that nothing was given up.
func (d *doctor) outbox(ctx context.Context, st *store.Store) error {
	waiting, dead, err := st.OutboxCounts(ctx)
	if err != nil {
		return err
	}
	if dead == 0 {
		d.say(checkOK, "outbox", "%d waiting, none given up", waiting)
		return nil
	}
	rows, err := st.DeadRows(ctx, shownDead)
	if err != nil {
		return err
	}
	d.say(checkWarn, "outbox", "%s given up. Their people did not get them: put right what the reasons say, then an admin has them tried again with /hire outbox", count(int(dead), "message"))
	for _, r := range rows {
		fmt.Fprintf(d.out, "      %s  %s to %s: %s\n", r.DueAt.Format(time.RFC3339), r.View.Name, r.Lane, r.Reason)
	}
	return nil
}

// audit verifies the seals of the audit.
func (d *doctor) audit(ctx context.Context, st *store.Store) {
	report, err := st.VerifyAudit(ctx)
	switch {
	case err != nil:
		d.say(checkFail, "audit", "%v", err)
	case !report.Sound():
		d.say(checkFail, "audit", "rows under the seals %v were changed or removed, or the seals are. Compare with a backup", report.Broken)
	default:
		d.say(checkOK, "audit", "%d rows under %d seals are as they were written, %d are not sealed yet. Note the last seal down elsewhere, to see later that nothing was cut off: %s",
			report.Rows, report.Seals, report.Unsealed, orNone(report.Head))
	}
}

// messageOf returns what an error says to people.
func messageOf(err error) string {
	if coded, ok := errors.AsType[bot.Coded](err); ok {
		return coded.Message()
	}
	return err.Error()
}
