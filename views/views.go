// Package views is what people see. A view loads the present state of its subject, asks the policy
// for the person who looks, and draws; the drawing half of each is a pure function.
package views

import (
	"context"
	"fmt"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// The names of the views.
const (
	Home         = "home"
	Help         = "help"
	Band         = "band"
	BandList     = "band_list"
	BandHistory  = "band_history"
	BandSaved    = "band_saved"
	BandImport   = "band_import"
	BandImported = "band_imported"
	BandPictured = "band.chart"
	PictureSent  = "picture_sent"
	People       = "people"
	Person       = "person"
	RoleGiven    = "role_given"
	SelfGrant    = "self_grant"
	Playbooks    = "playbooks"
	Playbook     = "playbook"
	Settings     = "settings"
	SettingSaved = "setting_saved"
	SetupDone    = "setup_done"
	Claimed      = "claimed"
	LinkCode     = "link_code"
	LinkRefused  = "link_refused"
	LinkPreview  = "link_preview"
	LinkDone     = "link_done"
	Linked       = "linked"
	Merged       = "merged"
	Zone         = "zone"
	Waiting      = "waiting"
	NoDMs        = "no_dms"

	Req           = "req"
	ReqProgress   = "req_progress"
	ReqOpened     = "req_opened"
	ReqList       = "req_list"
	ReqHistory    = "req_history"
	ReqSimilar    = "req_similar"
	ReqAbove      = "req_above"
	ReqAnnounce   = "req_announce"
	ReqDecided    = "req_decided"
	Approval      = "approval"
	ApprovalStuck = "approval_stuck"
	NothingWaits  = "nothing_waits"
	Question      = "question"
	Away          = "away"
	Handover      = "handover"
	HandedOver    = "handed_over"
	TakenOver     = "taken_over"
	Quiet         = "quiet"
	Outbox        = "outbox"
	OutboxMessage = "outbox_message"
	OutboxReason  = "outbox_reason"
	OutboxChanged = "outbox_changed"

	Schedules       = "schedules"
	Schedule        = "schedule"
	SchedulePreview = "schedule_preview"
	TargetDates     = "target_dates"
	WeeklyReport    = "weekly_report"
	MyNudges        = "my_nudges"
	Holidays        = "holidays"
	Digest          = "digest"
	Morning         = "morning"
	RecruiterDay    = "recruiter_day"
	Simulation      = "simulation"
	SimulationFile  = "simulation_file"
	PolicyPreview   = "policy_preview"

	Candidate         = "candidate"
	CandidateList     = "candidate_list"
	CandidateSame     = "candidate_same"
	CandidateSure     = "candidate_sure"
	CandidatesDone    = "candidates_done"
	CandidateReferred = "candidate_referred"
	CandidateNotice   = "candidate_notice"
	CandidateMoved    = "candidate_moved"
	Referral          = "referral"
	NoteSaved         = "note_saved"
	CandidateResume   = "candidate_resume"
	RejectWhy         = "reject_why"
	Rejected          = "rejected"
	ReqOutcomes       = "req_outcomes"
	Debrief           = "debrief"
	DebriefPictured   = "debrief_picture"
	CardsAsked        = "cards_asked"
	Found             = "found"

	Interview     = "interview"
	InterviewList = "interview_list"
	PanelNews     = "panel_news"
	PanelOff      = "panel_off"
	Slots         = "slots"
	Answered      = "answered"
	CandidateText = "candidate_text"
	Calendar      = "calendar"
	CalendarSent  = "calendar_sent"
	FileSent      = "file_sent"
	Kit           = "kit"
	Resume        = "resume"
	Scorecards    = "scorecards"
	CardSaved     = "card_saved"
	CardAsk       = "card_ask"
	Nudge         = "nudge"
	Snoozed       = "snoozed"
	MyCards       = "my_cards"
	Remarks       = "remarks"
	CardTwice     = "card_twice"
	Noted         = "noted"
	Declined      = "declined"
	CannotGive    = "cannot_give"
	CardsIn       = "cards_in"
	DidNotHappen  = "did_not_happen"
	LatePanel     = "late_panel"
	LinesEnough   = "lines_enough"
)

// Contains is the most that a view may show; a channel that is open to more people than may see
// that is refused.
type Contains int

const (
	// Public is what anyone of the company may see.
	Public Contains = iota
	// Team is what a hiring team may see.
	Team
	// Pay is bands, budgets, CTC, offers, candidates and what is said of them: shown to persons only.
	Pay
)

// View is one view: the most it may show, and how it is drawn. Draw returns bot.ErrMoot where there
// is nothing left to say.
type View struct {
	Contains Contains
	Draw     func(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error)
}

// Set is every view by name.
type Set map[string]View

// All returns every view. The declarations of the commands are what help is drawn from.
func All(registry func() *bot.Registry) Set {
	all := Set{
		Home:         {Public, drawHome},
		Help:         {Public, helpView(registry)},
		Band:         {Pay, drawBand},
		BandList:     {Pay, drawBandList},
		BandHistory:  {Pay, drawBandHistory},
		BandSaved:    {Pay, drawBandSaved},
		BandImport:   {Pay, drawBandImport},
		BandImported: {Pay, drawBandImported},
		BandPictured: {Pay, drawBandPicture},
		PictureSent:  {Public, drawPictureSent},
		People:       {Team, drawPeople},
		Person:       {Team, drawPerson},
		RoleGiven:    {Team, drawRoleGiven},
		SelfGrant:    {Team, drawSelfGrant},
		Playbooks:    {Public, drawPlaybooks},
		Playbook:     {Public, drawPlaybook},
		Settings:     {Team, drawSettings},
		SettingSaved: {Team, drawSettingSaved},
		SetupDone:    {Team, drawSetupDone},
		Claimed:      {Team, drawClaimed},
		LinkCode:     {Public, drawLinkCode},
		LinkRefused:  {Public, drawLinkRefused},
		LinkPreview:  {Public, drawLinkPreview},
		LinkDone:     {Public, drawLinkDone},
		Linked:       {Public, drawLinked},
		Merged:       {Team, drawMerged},
		Zone:         {Public, drawZone},
		Waiting:      {Public, drawWaiting},
		NoDMs:        {Public, drawNoDMs},

		Req:           {Pay, drawReq},
		ReqProgress:   {Pay, drawReq},
		ReqOpened:     {Pay, drawReq},
		ReqList:       {Team, drawReqList},
		ReqHistory:    {Pay, drawReqHistory},
		ReqSimilar:    {Team, drawReqSimilar},
		ReqAbove:      {Pay, drawReqAbove},
		ReqAnnounce:   {Public, drawReqAnnounce},
		ReqDecided:    {Team, drawReqDecided},
		Approval:      {Pay, drawApproval},
		ApprovalStuck: {Team, drawApprovalStuck},
		NothingWaits:  {Public, drawNothingWaits},
		Question:      {Team, drawQuestion},
		Away:          {Team, drawAway},
		Handover:      {Team, drawHandover},
		HandedOver:    {Team, drawHandedOver},
		TakenOver:     {Team, drawTakenOver},
		Quiet:         {Public, drawQuiet},
		Outbox:        {Team, drawOutbox},
		OutboxMessage: {Team, drawOutboxMessage},
		OutboxReason:  {Team, drawOutboxReason},
		OutboxChanged: {Team, drawOutboxChanged},

		Schedules:       {Team, drawSchedules},
		Schedule:        {Team, drawSchedule},
		SchedulePreview: {Pay, drawSchedulePreview},
		TargetDates:     {Team, drawTargetDates},
		WeeklyReport:    {Public, drawWeeklyReport},
		MyNudges:        {Team, drawMyNudges},
		Holidays:        {Team, drawHolidays},
		Morning:         {Pay, drawMorning},
		RecruiterDay:    {Pay, drawRecruiterDay},
		Simulation:      {Pay, drawSimulation},
		SimulationFile:  {Pay, drawSimulationFile},
		PolicyPreview:   {Pay, drawPolicyPreview},

		Candidate:         {Pay, drawCandidate},
		CandidateList:     {Pay, drawCandidateList},
		CandidateSame:     {Pay, drawCandidateSame},
		CandidateSure:     {Pay, drawCandidateSure},
		CandidatesDone:    {Pay, drawCandidatesDone},
		CandidateReferred: {Public, drawCandidateReferred},
		CandidateNotice:   {Pay, drawCandidateNotice},
		CandidateMoved:    {Pay, drawCandidateMoved},
		Referral:          {Pay, drawReferral},
		NoteSaved:         {Pay, drawNoteSaved},
		CandidateResume:   {Pay, drawCandidateResume},
		RejectWhy:         {Pay, drawRejectWhy},
		Rejected:          {Pay, drawRejected},
		ReqOutcomes:       {Pay, drawReqOutcomes},
		Debrief:           {Pay, drawDebrief},
		DebriefPictured:   {Pay, drawDebriefPicture},
		CardsAsked:        {Pay, drawCardsAsked},
		Found:             {Pay, drawFound},

		Interview:     {Pay, drawInterview},
		InterviewList: {Pay, drawInterviewList},
		PanelNews:     {Pay, drawPanelNews},
		PanelOff:      {Pay, drawPanelOff},
		Slots:         {Pay, drawSlots},
		Answered:      {Pay, drawAnswered},
		CandidateText: {Pay, drawCandidateText},
		Calendar:      {Pay, drawCalendar},
		CalendarSent:  {Pay, drawCalendarSent},
		FileSent:      {Pay, drawFileSent},
		Kit:           {Pay, drawKit},
		Resume:        {Pay, drawResume},
		Scorecards:    {Pay, drawScorecards},
		CardSaved:     {Pay, drawCardSaved},
		CardAsk:       {Pay, drawCardAsk},
		Nudge:         {Pay, drawNudge},
		Snoozed:       {Pay, drawSnoozed},
		MyCards:       {Pay, drawMyCards},
		Remarks:       {Pay, drawRemarks},
		CardTwice:     {Pay, drawCardTwice},
		Noted:         {Pay, drawNoted},
		Declined:      {Pay, drawDeclined},
		CannotGive:    {Pay, drawCannotGive},
		CardsIn:       {Pay, drawCardsIn},
		DidNotHappen:  {Pay, drawDidNotHappen},
		LatePanel:     {Pay, drawLatePanel},
		LinesEnough:   {Pay, drawLinesEnough},
	}
	all[Digest] = DigestOf(all)
	return all
}

// Draw draws a view for a person. On a platform that the company wants no personal data on, whatever is
// not public is reduced to references.
func (s Set) Draw(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	view, ok := s[v.Name]
	if !ok {
		return bot.Card{}, fmt.Errorf("draw view %q: there is no such view", v.Name)
	}
	if view.Contains > Public && PrivateHere(tx, viewer) {
		return drawReduced(ctx, tx, viewer, view, v)
	}
	return view.Draw(ctx, tx, viewer, v)
}

// Actor returns the actor as the policy knows them.
func Actor(a bot.Actor) hiring.Actor {
	roles := make([]hiring.Role, 0, len(a.Roles))
	for _, r := range a.Roles {
		roles = append(roles, hiring.Role(r))
	}
	return hiring.Actor{ID: a.ID, Roles: roles, Outsider: a.Outsider}
}

// arg returns the i-th argument of a view, or "".
func arg(v bot.View, i int) string {
	if i < len(v.Args) {
		return v.Args[i]
	}
	return ""
}

// personText mentions a person by name; "" and the bot itself are the system.
func personText(s *store.Snapshot, id string) bot.Text {
	if p, ok := s.Person(id); ok {
		return bot.Who(p.ID, p.Name)
	}
	if id == "" || id == store.SystemActor {
		return bot.T("the system")
	}
	return bot.T("somebody who left")
}

// peopleText mentions people by name, at most three of them.
func peopleText(people []hiring.Person) bot.Text {
	var out bot.Text
	for i, p := range people {
		switch {
		case i == 3:
			return bot.Join(out, bot.Tf(" and %d more", len(people)-3))
		case i > 0:
			out = bot.Join(out, bot.T(", "))
		}
		out = bot.Join(out, bot.Who(p.ID, p.Name))
	}
	return out
}
