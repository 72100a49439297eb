package hiring

import (
	"regexp"
	"slices"
	"strings"
)

// maxGroupRoles is the most characters of a list of roles by a platform's roles.
const maxGroupRoles = 1000

// GroupRole says that a role of a platform, by its id, gives one of ours.
type GroupRole struct {
	Group string
	Role  Role
}

// groupID is the id of a role of Discord.
var groupID = regexp.MustCompile(`^[0-9]{17,20}$`)

// ParseGroupRoles reads pairs such as "123456789012345678=recruiter, 987654321098765432=interviewer". The
// role of admin is never given like this, since whoever runs a server could then give it to themselves.
func ParseGroupRoles(text string) ([]GroupRole, *Error) {
	var out []GroupRole
	for pair := range strings.SplitSeq(text, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		group, name, found := strings.Cut(pair, "=")
		group, name = strings.TrimSpace(group), strings.TrimSpace(name)
		if !found || name == "" {
			return nil, Errorf(Invalid, "%q is no pair of id=role. Example: 123456789012345678=recruiter", pair)
		}
		if !groupID.MatchString(group) {
			return nil, Errorf(Invalid, "%q is not the id of a role of Discord, which has 17 to 20 digits: copy it from the server's settings. Example: 123456789012345678=recruiter", group)
		}
		role, err := ParseRole(name)
		if err != nil {
			return nil, Errorf(Invalid, "There is no role %q. The roles are recruiter, compensation, hiring_manager and interviewer.", name)
		}
		if role == Admin {
			return nil, Errorf(Invalid, "Admin is given by hand only, never by a role of Discord. Give it with /hire people @name +admin")
		}
		if one := (GroupRole{group, role}); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out, nil
}

// PrintGroupRoles writes what ParseGroupRoles reads.
func PrintGroupRoles(list []GroupRole) string {
	pairs := make([]string, 0, len(list))
	for _, g := range list {
		pairs = append(pairs, g.Group+"="+string(g.Role))
	}
	return strings.Join(pairs, ", ")
}

// Platforms are the chat platforms, by the names of their adapters.
var Platforms = []string{"slack", "discord", "playground"}

// ParsePlatforms reads a list of chat platforms, such as "discord, slack".
func ParsePlatforms(text string) ([]string, *Error) {
	var out []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case name == "":
		case !slices.Contains(Platforms, name):
			return nil, Errorf(Invalid, "There is no platform %q. The platforms are %s.", name, strings.Join(Platforms, ", "))
		case !slices.Contains(out, name):
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// PlatformTitle returns the name of a platform as people write it.
func PlatformTitle(name string) string {
	if name == "" {
		return "another platform"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
