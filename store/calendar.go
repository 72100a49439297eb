package store

import "github.com/hirebot/hirebot/hiring"

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
