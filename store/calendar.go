package store

import (
	"strconv"

	"github.com/hirebot/hirebot/hiring"
)

// Calendar returns the days on which the company works.
func (p *Snapshot) Calendar() hiring.Calendar {
	calendar := hiring.DefaultCalendar()
	// What does not parse any more, since the setting was written by another version, is the default.
	if weekend, err := hiring.ParseWeekend(p.Setting(hiring.SettingWeekend)); err == nil {
		calendar.Weekend = weekend
	}
	if holidays, err := hiring.ParseHolidays(p.Setting(hiring.SettingHolidays)); err == nil {
		calendar.Holidays = holidays
	}
	return calendar
}

// RejectReasons returns the company's reasons for a rejection.
func (p *Snapshot) RejectReasons() []string {
	if reasons, err := hiring.ParseRejectReasons(p.Setting(hiring.SettingRejectReasons)); err == nil {
		return reasons
	}
	return hiring.RejectReasons
}

// WaitingDays returns after how many working days a candidate has waited too long for a word.
func (p *Snapshot) WaitingDays() int {
	if n, err := strconv.Atoi(p.Setting(hiring.SettingWaitingDays)); err == nil && n > 0 {
		return n
	}
	return hiring.WaitingDays
}

// Remarks returns the words in feedback that bring up a hint: those that are built in, with the
// company's own.
func (p *Snapshot) Remarks() hiring.RemarkList {
	list := hiring.DefaultRemarks()
	if edited, err := list.Edited(p.Setting(hiring.SettingRemarkWords)); err == nil {
		return edited
	}
	return list
}
