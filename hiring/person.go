package hiring

import (
	"slices"
	"time"
)

// Role is what somebody may be at most; rights on a record come from their part in it.
type Role string

// The roles. A person has a set of them; somebody with none is a member.
const (
	Admin         Role = "admin"
	Recruiter     Role = "recruiter"
	Compensation  Role = "compensation"
	HiringManager Role = "hiring_manager"
	Interviewer   Role = "interviewer"
)

// Roles are all roles, in the order in which they are listed.
var Roles = []Role{Admin, Recruiter, Compensation, HiringManager, Interviewer}

// RoleTitle returns the name of a role as people read it.
func RoleTitle(r Role) string {
	switch r {
	case Admin:
		return "Admin"
	case Recruiter:
		return "Recruiter"
	case Compensation:
		return "Compensation"
	case HiringManager:
		return "Hiring manager"
	case Interviewer:
		return "Interviewer"
	default:
		return string(r)
	}
}

// RolePurpose returns in one line what a role is for.
func RolePurpose(r Role) string {
	switch r {
	case Admin:
		return "settings, people and health; no pay, candidate or scorecard by it"
	case Recruiter:
		return "requisitions, candidates, interviews, bands, offers, sourcing"
	case Compensation:
		return "all bands with set and import, approvals, every offer"
	case HiringManager:
		return "own requisitions and the bands of the roles they own"
	case Interviewer:
		return "the interviews, kits and scorecards they sit on"
	default:
		return ""
	}
}

// ParseRole reads a role by its name or title, in any spelling of blanks and case.
func ParseRole(text string) (Role, error) {
	folded := roleFold(text)
	for _, r := range Roles {
		if folded == roleFold(string(r)) {
			return r, nil
		}
	}
	return "", InvalidField("role", "There is no role %q. The roles are admin, recruiter, compensation, hiring_manager and interviewer.", text)
}

func roleFold(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range Fold(s) {
		if r != ' ' && r != '_' && r != '-' {
			out = append(out, r)
		}
	}
	return string(out)
}

// Person is somebody of the company.
type Person struct {
	// ID is what records and audit rows hold.
	ID string
	// Name is what people call them; it is unique among active people.
	Name string
	// Zone is the zone they set themselves; "" is what their platform tells, else the company's.
	Zone string
	// Roles are those that count. Withheld are those that were given to them and do not count while
	// they are a guest.
	Roles, Withheld []Role
	// Mapped are those of the roles that came by a role of a platform, and go with it.
	Mapped []Role
	Active bool
	// Left says that they are not active because their platforms closed their accounts: they are again
	// once one of these is opened. Who was deactivated by an admin has not left.
	Left bool
	// MergedInto is who goes on for them since their accounts were joined, "" for most. Who is merged is
	// not active and has no account and no role, for good.
	MergedInto string
	// Guest is somebody from outside whom the company let into its workspaces, and nowhere more than
	// that.
	Guest bool
	// Identities are all of their accounts, those last that their platforms closed. Closed are these.
	Identities, Closed []Identity
	CreatedAt          time.Time
	Version            int64
}

// Identity is a person's account on a chat platform.
type Identity struct {
	Workspace, User string
}

// Has tells whether an active person has the role.
func (p Person) Has(r Role) bool { return p.Active && slices.Contains(p.Roles, r) }

// Linked tells whether the person can be reached on a chat platform.
func (p Person) Linked() bool { return len(p.Identities) > len(p.Closed) }

// OpenToGuests tells whether a guest may have the role.
func OpenToGuests(r Role) bool { return r == Interviewer }

// AsGuest returns the person as a guest: their roles that are not open to guests are withheld.
func (p Person) AsGuest() Person {
	p.Guest = true
	held := p.Roles
	p.Roles, p.Withheld = nil, slices.Clone(p.Withheld)
	for _, r := range held {
		if OpenToGuests(r) {
			p.Roles = append(p.Roles, r)
		} else {
			p.Withheld = append(p.Withheld, r)
		}
	}
	return p
}
