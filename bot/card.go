package bot

// Card is a message as every platform can show it. Text comes first: a picture carries nothing that
// the text lacks, and a state is a word beside any colour.
type Card struct {
	Title   string
	Tone    Tone
	Body    []Node
	Actions []Action
	// Menu holds the acts that are not worth a button.
	Menu *Menu
	// Context is the small line below: why this came, from when the figures are, where to change it.
	Context Text
	// Notify is the id of the one person whom a message with this card notifies, "" for nobody. The
	// adapter shows it as a mention of their account, and leaves it out where they have none.
	Notify string
}

// Tone colours a card; what it means is always said in words too.
type Tone string

const (
	// Neutral is the tone of most cards.
	Neutral Tone = ""
	// Good is the tone of something done.
	Good Tone = "good"
	// Attention is the tone of something that waits for the reader.
	Attention Tone = "attention"
	// Trouble is the tone of a refusal or a failure.
	Trouble Tone = "trouble"
)

// Node is a part of a card's body. The set is closed: Text, Item, Fields, Table, Picture, File, Divider.
type Node interface{ node() }

// Item is a line of a list with what can be done about it. Where a platform has no room beside a line, its
// button stands below the card among others: its label says what it is about without the line.
type Item struct {
	Text   Text
	Action Action
}

// Fields are short labelled values, shown side by side where there is room.
type Fields []LabelledText

// LabelledText is a value with its label.
type LabelledText struct {
	Label string
	Text  Text
}

// Table has at most three columns; a renderer without room stacks each row's cells.
type Table struct {
	Header []string
	Rows   [][]Text
}

// Picture is a PNG with a text that says all it shows.
type Picture struct {
	Name, Alt string
	PNG       []byte
}

// File is a document to download.
type File struct {
	Name, MediaType string
	Data            []byte
}

// Divider separates what comes before from what comes after.
type Divider struct{}

func (Item) node()    {}
func (Fields) node()  {}
func (Table) node()   {}
func (Picture) node() {}
func (File) node()    {}
func (Divider) node() {}

// Buttons returns all buttons of a card: those of its lines, in order, and then its own.
func (c Card) Buttons() []Action {
	var out []Action
	for _, n := range c.Body {
		if item, ok := n.(Item); ok {
			out = append(out, item.Action)
		}
	}
	return append(out, c.Actions...)
}

// Action is a button: a command with its arguments bound.
type Action struct {
	Label   string
	Do      Call
	Style   Style
	Confirm *Confirm
}

// Style is the weight of a button.
type Style string

const (
	// Secondary is the style of most buttons.
	Secondary Style = ""
	// Primary is the one main act of a card.
	Primary Style = "primary"
	// Danger is an act that cannot be undone.
	Danger Style = "danger"
	// On marks a toggle that is on; pressing it turns it off.
	On Style = "on"
)

// Confirm is asked before a button acts.
type Confirm struct {
	Title, Text, Yes, No string
}

// Menu is a list of further acts below the buttons.
type Menu struct {
	Label string
	Items []MenuItem
}

// MenuItem is one act of a menu.
type MenuItem struct {
	Label, Hint string
	Do          Call
}
