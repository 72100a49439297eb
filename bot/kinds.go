package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PlainText reads any text. Typed, it takes the words that nothing else understood.
var PlainText = &Kind{
	Name: "text", Example: "two seats, one of them a backfill",
	Parse: func(_ Reading, s string) (any, error) { return s, nil },
	Print: printText, Option: OptionText, Input: InputText, Rest: true,
}

// LongText reads a text of several lines, as a form gives it.
var LongText = &Kind{
	Name: "long text", Example: "several lines",
	Parse: func(_ Reading, s string) (any, error) { return s, nil },
	Print: printText, Option: OptionText, Input: InputLongText, Rest: true,
}

// UploadedFile reads the id under which an uploaded file was kept.
var UploadedFile = &Kind{
	Name: "file", Example: "bands.csv",
	Parse: func(_ Reading, s string) (any, error) { return s, nil },
	Print: printText, Option: OptionFile, Input: InputFile,
}

// Integer reads a whole number.
var Integer = &Kind{
	Name: "number", Example: "2",
	Parse: func(_ Reading, s string) (any, error) {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return nil, Invalidf("", "“%s” is not a whole number. Example: 2", shorten(s))
		}
		return n, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: OptionInteger, Input: InputNumber, Wire: 10,
}

// YesNo reads yes or no.
var YesNo = &Kind{
	Name: "yes or no", Example: "yes",
	Parse: func(_ Reading, s string) (any, error) {
		switch strings.ToLower(strings.TrimSpace(s)) {
		case "yes", "y", "true", "on":
			return true, nil
		case "no", "n", "false", "off":
			return false, nil
		}
		return nil, Invalidf("", "Say yes or no, not “%s”.", shorten(s))
	},
	Print: func(v any) string {
		if v == true {
			return "yes"
		}
		return "no"
	},
	Option: OptionBool, Input: InputChoice, Wire: 3,
}

// Day reads a date, such as "4 Jan" or "next fri", in the speaker's zone.
var Day = &Kind{
	Name: "date", Example: "4 Jan 2027",
	Parse: func(rd Reading, s string) (any, error) { return ParseDate(rd.Now, rd.Zone, s) },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: OptionText, Input: InputDate, Wire: 10, Words: 4,
	Meant: looksLikeTime,
}

// Moment reads a date with a time, such as "tomorrow 3pm", in the speaker's zone.
var Moment = &Kind{
	Name: "date and time", Example: "fri 3pm",
	Parse: func(rd Reading, s string) (any, error) { return ParseInstant(rd.Now, rd.Zone, s) },
	Print: func(v any) string {
		t, _ := v.(time.Time)
		return t.UTC().Format(time.RFC3339)
	},
	Option: OptionText, Input: InputDateTime, Wire: 20, Words: 6,
	Meant: looksLikeTime,
}

func printText(v any) string { return fmt.Sprint(v) }
