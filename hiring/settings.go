package hiring

import (
	"errors"
	"strconv"
	"strings"
)

// Setting is one of the company's settings.
type Setting struct {
	Key, Title, Help, Example string
	// Default is the value where nobody set one.
	Default string
	Kind    SettingKind
}

// SettingKind says how a setting is read and asked for.
type SettingKind string

// The kinds of settings.
const (
	SettingText    SettingKind = "text"
	SettingZone    SettingKind = "zone"
	SettingChannel SettingKind = "channel"
	SettingYesNo   SettingKind = "yes_no"
	SettingChain   SettingKind = "chain"
	// SettingWeekdays are days of the week, SettingDates holidays, SettingHours working hours,
	// SettingClock is a time of the day, and SettingCount a small number.
	SettingWeekdays SettingKind = "weekdays"
	SettingDates    SettingKind = "dates"
	SettingHours    SettingKind = "hours"
	SettingClock    SettingKind = "clock"
	SettingCount    SettingKind = "count"
	// SettingGroups says which role a platform's own role gives.
	SettingGroups SettingKind = "groups"
	// SettingPlatforms is a list of chat platforms.
	SettingPlatforms SettingKind = "platforms"
	// SettingDays is a number of working days, SettingReasons a list of reasons.
	SettingDays    SettingKind = "days"
	SettingReasons SettingKind = "reasons"
	// SettingWords are words to add to a list, or with a minus to take off it.
	SettingWords SettingKind = "words"
	// SettingSteps are the reminders of a scorecard.
	SettingSteps SettingKind = "steps"
)

// MaxWaitingDays is the most that "waiting for word" can be set to.
const MaxWaitingDays = 60

// The keys of the settings.
const (
	SettingCompany       = "company"
	SettingTimezone      = "timezone"
	SettingHiringChannel = "hiring_channel"
	SettingApprovers     = "approvers"
	SettingManagersPay   = "managers_see_pay"
	SettingCurrentCTC    = "current_ctc"
	SettingWeekend       = "weekend"
	SettingHolidays      = "holidays"
	SettingWorkingHours  = "working_hours"
	SettingReminderTime  = "reminder_time"
	SettingNudgeBudget   = "nudge_budget"
	SettingNudgeSteps    = "nudge_steps"
	SettingScorecardDue  = "scorecard_due"
	// SettingDiscordRoles says which of our roles a role of a Discord server gives.
	SettingDiscordRoles = "discord_roles"
	// SettingPrivatePlatforms lists the platforms on which no personal data and no pay is shown.
	SettingPrivatePlatforms = "private_platforms"
	SettingWaitingDays      = "waiting_days"
	SettingRejectReasons    = "reject_reasons"
	SettingRemarkWords      = "remark_words"
)

// Settings lists every setting, in the order in which they are shown.
func Settings() []Setting {
	return []Setting{
		{Key: SettingCompany, Title: "Company name", Kind: SettingText, Default: "Our company", Example: "Acme India",
			Help: "Stands in announcements, letters and exports."},
		{Key: SettingTimezone, Title: "Time zone", Kind: SettingZone, Default: "Asia/Kolkata", Example: "Asia/Kolkata",
			Help: "Used for people who set no zone of their own and whose chat profile has none."},
		{Key: SettingHiringChannel, Title: "Hiring channel", Kind: SettingChannel, Default: "", Example: "hiring",
			Help: "Where an opened requisition is announced, without its budget, and the weekly report posted where that is on. Empty: nowhere."},
		{Key: SettingApprovers, Title: "Approval chain", Kind: SettingChain, Default: "", Example: "asha > compensation",
			Help: "Who approves requisitions, in order: people or roles, steps separated by >, several who may each decide by comma. Empty: approved at once, and the history says so."},
		{Key: SettingManagersPay, Title: "Hiring managers see amounts", Kind: SettingYesNo, Default: "yes", Example: "no",
			Help: "No: they read “in band” and “above band” instead of rupees."},
		{Key: SettingCurrentCTC, Title: "Use current CTC", Kind: SettingYesNo, Default: "yes", Example: "no",
			Help: "No: nobody is asked for a candidate's current pay, and no answer is anchored to it."},
		{Key: SettingWeekend, Title: "Weekend", Kind: SettingWeekdays, Default: "sat, sun", Example: "fri, sat",
			Help: "The days of the week on which nobody is reminded and nothing is due. none: no such day."},
		{Key: SettingHolidays, Title: "Holidays", Kind: SettingDates, Default: "26 Jan, 15 Aug, 2 Oct", Example: "26 Jan, 15 Aug, 2 Oct, 2026-11-09",
			Help: "Other days on which nobody is reminded and nothing is due. A date without a year is every year's."},
		{Key: SettingWorkingHours, Title: "Working hours", Kind: SettingHours, Default: DefaultHours, Example: "09:30-18:00",
			Help: "When people may be told things that they did not ask for, by the clock of each. They can set their own."},
		{Key: SettingReminderTime, Title: "Time of reminders", Kind: SettingClock, Default: DefaultRemindAt, Example: "10:00",
			Help: "From when on a working day reminders go out, by the clock of who is reminded."},
		{Key: SettingNudgeBudget, Title: "Unprompted messages a day", Kind: SettingCount, Default: strconv.Itoa(DefaultBudget), Example: "2",
			Help: "How many messages that they did not ask for somebody gets in a day; more are merged into one. What is addressed to one alone is not counted."},
		{Key: SettingNudgeSteps, Title: "Reminders of scorecards", Kind: SettingSteps, Default: DefaultNudgeSteps, Example: DefaultNudgeSteps,
			Help: "When somebody is reminded of a scorecard: 5m or 2h after the planned end, due on the day when it is due, due+1 a working day later; recruiter and manager are told too. none: never."},
		{Key: SettingScorecardDue, Title: "Scorecards are due within", Kind: SettingDays, Default: strconv.Itoa(DefaultScorecardDue), Example: "2",
			Help: "By the end of which working day after the interview a scorecard is due."},
		{Key: SettingDiscordRoles, Title: "Roles by Discord roles", Kind: SettingGroups, Default: "", Example: "123456789012345678=recruiter, 987654321098765432=interviewer",
			Help: "Which role somebody has as long as they have a role of your Discord server, by its id: pairs of id=role, by comma. Never admin. Roles given by hand stay."},
		{Key: SettingPrivatePlatforms, Title: "No personal data on", Kind: SettingPlatforms, Default: "", Example: "discord",
			Help: "Platforms on which I show references only, never a name of a candidate, an amount or a text: slack, discord, playground, by comma."},
		{Key: SettingWaitingDays, Title: "Waiting for word", Kind: SettingDays, Default: strconv.Itoa(WaitingDays), Example: "3",
			Help: "After how many working days without a word from us a candidate stands in the recruiter's home and day."},
		{Key: SettingRejectReasons, Title: "Reasons for a rejection", Kind: SettingReasons, Default: strings.Join(RejectReasons, "; "),
			Example: "Depth below level; The position was filled",
			Help:    "What a rejection can be chosen from, separated by semicolons. Keep them about the job."},
		{Key: SettingRemarkWords, Title: "Words to think about", Kind: SettingWords, Default: "", Example: "rockstar; -lady",
			Help: "Words in feedback that bring up a private hint, beside those that are built in; a minus takes one off. Separate them by semicolons."},
	}
}

// SettingByKey returns the setting of that key, and whether there is one.
func SettingByKey(key string) (Setting, bool) {
	for _, s := range Settings() {
		if s.Key == key {
			return s, true
		}
	}
	return Setting{}, false
}

// CheckSetting reads a value for a setting and returns it in the form in which it is kept.
// It returns an Invalid error that names the setting. A chain's people are checked by the caller.
func CheckSetting(s Setting, value string) (string, error) {
	value = strings.TrimSpace(value)
	switch s.Kind {
	case SettingYesNo:
		switch strings.ToLower(value) {
		case "yes", "y", "on", "true":
			return "yes", nil
		case "no", "n", "off", "false":
			return "no", nil
		}
		return "", InvalidField(s.Key, "%s is yes or no, not “%s”.", s.Title, value)
	case SettingZone:
		zone, err := ParseZone(value)
		if err != nil {
			return "", asSetting(s, err)
		}
		return zone.String(), nil
	case SettingChannel:
		return strings.TrimPrefix(value, "#"), nil
	case SettingText, SettingChain:
		if len([]rune(value)) > 200 {
			return "", InvalidField(s.Key, "%s has %d characters; at most 200 fit.", s.Title, len([]rune(value)))
		}
		return value, nil
	case SettingWeekdays:
		_, err := ParseWeekend(value)
		return value, asSetting(s, err)
	case SettingDates:
		_, err := ParseHolidays(value)
		return value, asSetting(s, err)
	case SettingHours:
		hours, err := ParseHours(value)
		return hours.String(), asSetting(s, err)
	case SettingClock:
		minute, err := ParseClock(value)
		return clockTime(minute), asSetting(s, err)
	case SettingCount:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > MaxBudget {
			return "", InvalidField(s.Key, "%s is a number from 1 to %d, like 2.", s.Title, MaxBudget)
		}
		return value, nil
	case SettingGroups:
		if len([]rune(value)) > maxGroupRoles {
			return "", InvalidField(s.Key, "%s has %d characters; at most %d fit.", s.Title, len([]rune(value)), maxGroupRoles)
		}
		given, err := ParseGroupRoles(value)
		if err != nil {
			return "", InvalidField(s.Key, "%s", err.Message())
		}
		return PrintGroupRoles(given), nil
	case SettingPlatforms:
		list, err := ParsePlatforms(value)
		if err != nil {
			return "", InvalidField(s.Key, "%s", err.Message())
		}
		return strings.Join(list, ", "), nil
	case SettingDays:
		most, like := MaxWaitingDays, WaitingDays
		if s.Key == SettingScorecardDue {
			most, like = MaxScorecardDue, DefaultScorecardDue
		}
		if n, err := strconv.Atoi(value); err != nil || n < 1 || n > most {
			return "", InvalidField(s.Key, "%s is a number of working days from 1 to %d, like %d.", s.Title, most, like)
		}
		return value, nil
	case SettingSteps:
		policy, err := ParseNudgeSteps(value)
		return policy.String(), asSetting(s, err)
	case SettingReasons:
		reasons, err := ParseRejectReasons(value)
		return strings.Join(reasons, "; "), asSetting(s, err)
	case SettingWords:
		if n := len([]rune(value)); n > MaxReason {
			return "", InvalidField(s.Key, "%s has %d characters; at most %d fit.", s.Title, n, MaxReason)
		}
		_, err := RemarkList{}.Edited(value)
		return value, asSetting(s, err)
	default:
		return value, nil
	}
}

// asSetting returns what is wrong with a value as what is wrong with its setting, nil for nothing.
func asSetting(s Setting, err error) error {
	if problem, ok := errors.AsType[*Error](err); ok {
		return InvalidField(s.Key, "%s", problem.Message())
	}
	return err
}
