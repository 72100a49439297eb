package commands_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
	"github.com/hirebot/hirebot/hiring"
)

// rightPhrases are what people type, and the command and arguments that it means.
var rightPhrases = []struct{ text, want string }{
	// The command, its noun and its verb.
	{"/hire", "hire.home"},
	{"/hire home", "hire.home"},
	{"hire home", "hire.home"},
	{"/HIRE Home", "hire.home"},
	{"  /hire   home  ", "hire.home"},
	{"/hire help", "hire.help"},
	{"/hire help band", "hire.help topic=band"},
	{"/hire help band set", "hire.help topic=band.set"},
	{"/hire help /band", "hire.help topic=band"},
	{"/hire help BAND.SET", "hire.help topic=band.set"},
	{"/band list", "band.list"},
	{"/hire band list", "band.list"},
	{"/hire band backend", "band.show role=backend-developer"},
	{"/band", "band.show"},
	{"/band show", "band.show"},
	{"/band show backend", "band.show role=backend-developer"},
	{"/BAND Backend", "band.show role=backend-developer"},

	// A role: its key, title, short name, other names, a part; case, accents and blanks do not matter.
	{"/band backend-developer", "band.show role=backend-developer"},
	{"/band Backend developer", "band.show role=backend-developer"},
	{"/band backend engineer", "band.show role=backend-developer"},
	{"/band back end developer", "band.show role=backend-developer"},
	{"/band back-end", "band.show role=backend-developer"},
	{"/band server-side developer", "band.show role=backend-developer"},
	{"/band bäckénd", "band.show role=backend-developer"},
	{"/band BACKEND DEVELOPER senior", "band.show level=senior role=backend-developer"},
	{"/band backe", "band.show role=backend-developer"},
	{"/band general", "band.show role=general"},
	{"/band any role", "band.show role=general"},
	{"/band role:backend", "band.show role=backend-developer"},
	{"/band Role:Backend", "band.show role=backend-developer"},
	{`/band role:"backend developer"`, "band.show role=backend-developer"},
	{"/band role:backend developer", "band.show role=backend-developer"},
	{"/band role: backend", "band.show role=backend-developer"},
	{"/band data scientist", "band.show role=data scientist"},
	{"/band quantum plumber 7y", "band.show experience=7y role=quantum plumber"},
	{"/hire roles", "hire.roles"},
	{"/hire roles backend", "hire.roles role=backend-developer"},

	// Experience.
	{"/band backend 7y", "band.show experience=7y role=backend-developer"},
	{"/band backend 7 y", "band.show experience=7y role=backend-developer"},
	{"/band backend 7 years", "band.show experience=7y role=backend-developer"},
	{"/band backend 7.5 yrs", "band.show experience=7.5y role=backend-developer"},
	{"/band backend 7+ years", "band.show experience=7y+ role=backend-developer"},
	{"/band backend 7y+", "band.show experience=7y+ role=backend-developer"},
	{"/band backend 6-8y", "band.show experience=6-8y role=backend-developer"},
	{"/band backend 6–8 years", "band.show experience=6-8y role=backend-developer"},
	{"/band backend 6 to 8 years", "band.show experience=6-8y role=backend-developer"},
	{"/band backend 18 months", "band.show experience=18m role=backend-developer"},
	{"/band backend 18m", "band.show experience=18m role=backend-developer"},
	{"/band backend 1y6m", "band.show experience=18m role=backend-developer"},
	{"/band backend 1 year 6 months", "band.show experience=18m role=backend-developer"},
	{"/band backend 7 yoe", "band.show experience=7y role=backend-developer"},
	{"/band backend 7 years of experience", "band.show experience=7y role=backend-developer"},
	{"/band backend 7Y", "band.show experience=7y role=backend-developer"},
	{"/band backend experience:7y", "band.show experience=7y role=backend-developer"},
	{"/band backend experience:7 years", "band.show experience=7y role=backend-developer"},
	{"/band backend 3y", "band.show experience=3y role=backend-developer"},
	{"/band backend 0y", "band.show experience=0y role=backend-developer"},

	// Levels by what people call them.
	{"/band backend senior", "band.show level=senior role=backend-developer"},
	{"/band backend SENIOR", "band.show level=senior role=backend-developer"},
	{"/band backend sr", "band.show level=senior role=backend-developer"},
	{"/band backend fresher", "band.show level=entry role=backend-developer"},
	{"/band backend freshers", "band.show level=entry role=backend-developer"},
	{"/band backend junior", "band.show level=early role=backend-developer"},
	{"/band backend SDE1", "band.show level=early role=backend-developer"},
	{"/band backend sde 1", "band.show level=early role=backend-developer"},
	{"/band backend SDE2", "band.show level=mid role=backend-developer"},
	{"/band backend SDE-2", "band.show level=mid role=backend-developer"},
	{"/band backend SDE3", "band.show level=senior role=backend-developer"},
	{"/band backend SDE III", "band.show level=senior role=backend-developer"},
	{"/band backend mid", "band.show level=mid role=backend-developer"},
	{"/band backend mid-level", "band.show level=mid role=backend-developer"},
	{"/band backend lead", "band.show level=senior role=backend-developer"},
	{"/band backend tech lead", "band.show level=senior role=backend-developer"},
	{"/band backend staff", "band.show level=staff role=backend-developer"},
	{"/band backend principal", "band.show level=staff role=backend-developer"},
	{"/band backend Principal Engineer", "band.show level=staff role=backend-developer"},
	{"/band senior backend", "band.show level=senior role=backend-developer"},
	{"/band backend level:lead", "band.show level=senior role=backend-developer"},

	// The stack.
	{"/band backend java", "band.show ecosystem=java role=backend-developer"},
	{"/band backend Spring Boot", "band.show ecosystem=java role=backend-developer"},
	{"/band backend spring", "band.show ecosystem=java role=backend-developer"},
	{"/band backend golang", "band.show ecosystem=go role=backend-developer"},
	{"/band backend go", "band.show ecosystem=go role=backend-developer"},
	{"/band backend Node.js", "band.show ecosystem=node role=backend-developer"},
	{"/band backend typescript", "band.show ecosystem=node role=backend-developer"},
	{"/band backend c#", "band.show ecosystem=dotnet role=backend-developer"},
	{"/band backend .NET", "band.show ecosystem=dotnet role=backend-developer"},
	{"/band backend django", "band.show ecosystem=python role=backend-developer"},
	{"/band backend ecosystem:php", "band.show ecosystem=php role=backend-developer"},

	// Premiums, as flags, by name, and by the clouds.
	{"/band backend +cloud", "band.show premiums=cloud role=backend-developer"},
	{"/band backend cloud", "band.show premiums=cloud role=backend-developer"},
	{"/band backend aws", "band.show premiums=cloud role=backend-developer"},
	{"/band backend Azure", "band.show premiums=cloud role=backend-developer"},
	{"/band backend GCP", "band.show premiums=cloud role=backend-developer"},
	{"/band backend google cloud", "band.show premiums=cloud role=backend-developer"},
	{"/band backend +AWS", "band.show premiums=cloud role=backend-developer"},
	{"/band backend +cloud +distributed", "band.show premiums=cloud,distributed role=backend-developer"},
	{"/band backend +cloud,distributed", "band.show premiums=cloud,distributed role=backend-developer"},
	{"/band backend distributed systems", "band.show premiums=distributed role=backend-developer"},
	{`/band backend +"distributed systems"`, "band.show premiums=distributed role=backend-developer"},
	{"/band backend premiums:cloud,distributed", "band.show premiums=cloud,distributed role=backend-developer"},
	{"/band backend premiums:cloud, distributed", "band.show premiums=cloud,distributed role=backend-developer"},

	// Amounts of a question.
	{"/band backend ask:48", "band.show ask=48L role=backend-developer"},
	{"/band backend ask:48L", "band.show ask=48L role=backend-developer"},
	{"/band backend ask:48 LPA", "band.show ask=48L role=backend-developer"},
	{"/band backend ask:48.5 lakh", "band.show ask=48.5L role=backend-developer"},
	{"/band backend ask:₹48,50,000", "band.show ask=48.5L role=backend-developer"},
	{"/band backend ask:4850000", "band.show ask=48.5L role=backend-developer"},
	{"/band backend ask:1.2 cr", "band.show ask=120L role=backend-developer"},
	{"/band backend ask:Rs. 48,50,000/-", "band.show ask=48.5L role=backend-developer"},
	{"/band backend ask: 48 LPA 7y", "band.show ask=48L experience=7y role=backend-developer"},
	{"/band backend budget:35-45L", "band.show budget=35L-45L role=backend-developer"},
	{"/band backend budget:35 to 45 LPA", "band.show budget=35L-45L role=backend-developer"},
	{"/band backend budget:35–45 LPA", "band.show budget=35L-45L role=backend-developer"},
	{"/band backend budget:80L-1.2cr", "band.show budget=80L-120L role=backend-developer"},
	{"/band backend budget:40", "band.show budget=40L role=backend-developer"},
	{"/band backend from:services ctc:18", "band.show ctc=18L from=services role=backend-developer"},
	{"/band backend from:IT services ctc:18L", "band.show ctc=18L from=services role=backend-developer"},

	// Order, punctuation, fillers, and what comes along from somewhere else.
	{"/band backend 7y java +cloud", "band.show ecosystem=java experience=7y premiums=cloud role=backend-developer"},
	{"/band +cloud java 7y backend", "band.show ecosystem=java experience=7y premiums=cloud role=backend-developer"},
	{"/band java backend +cloud 7 years", "band.show ecosystem=java experience=7y premiums=cloud role=backend-developer"},
	{"/band 7y, java, +cloud, backend", "band.show ecosystem=java experience=7y premiums=cloud role=backend-developer"},
	{"/band backend, senior;", "band.show level=senior role=backend-developer"},
	{"/band for a senior backend developer with aws please", "band.show level=senior premiums=cloud role=backend-developer"},
	{"/band what do we pay a backend", "band.show role=backend-developer"},
	{"/band\u00a0backend\u00a07y", "band.show experience=7y role=backend-developer"},
	{"/band backend\u200b 7y\ufeff", "band.show experience=7y role=backend-developer"},
	{"/band\tbackend\n7y", "band.show experience=7y role=backend-developer"},
	{`/band "backend developer" 7y`, "band.show experience=7y role=backend-developer"},
	{`/band “backend developer” 7y`, "band.show experience=7y role=backend-developer"},
	{`/band „backend developer“ 7y`, "band.show experience=7y role=backend-developer"},
	{`/band «backend developer» 7y`, "band.show experience=7y role=backend-developer"},
	{`/band "backend developer`, "band.show role=backend-developer"},
	{`/band backend ask:"48 LPA"`, "band.show ask=48L role=backend-developer"},
	{`/band backend ask:“48 LPA”`, "band.show ask=48L role=backend-developer"},
	{"/band backend — senior", "band.show level=senior role=backend-developer"},

	// Changes of a band.
	{"/band set", "band.set"},
	{"/band set backend senior 25-55L", "band.set level=senior range=25L-55L role=backend-developer"},
	{"/band set 25-55L senior backend", "band.set level=senior range=25L-55L role=backend-developer"},
	{"/band set backend senior 25 to 55 LPA", "band.set level=senior range=25L-55L role=backend-developer"},
	{"/band set backend senior range:25-55L open:yes", "band.set level=senior open=yes range=25L-55L role=backend-developer"},
	{"/band set backend mid 15-30L effective:2027-01-01", "band.set effective=2027-01-01 level=mid range=15L-30L role=backend-developer"},
	{"/band set backend mid 15-30L effective:1 Jan 2027", "band.set effective=2027-01-01 level=mid range=15L-30L role=backend-developer"},
	{"/band set backend mid 15-30L effective:01/02/2027", "band.set effective=2027-02-01 level=mid range=15L-30L role=backend-developer"},
	{"/band set backend mid 15-30L effective:tomorrow", "band.set effective=2026-12-08 level=mid range=15L-30L role=backend-developer"},
	{`/band set backend mid 15-30L source:"salary survey: 2026"`, "band.set level=mid range=15L-30L role=backend-developer source=salary survey: 2026"},
	{"/band set backend mid 15-30L source:salary survey 2026", "band.set level=mid range=15L-30L role=backend-developer source=salary survey 2026"},
	{"/band history backend senior", "band.history level=senior role=backend-developer"},
	{"/band undo backend senior 3", "band.undo level=senior role=backend-developer version=3"},
	{"/band chart backend senior +cloud", "band.chart level=senior premiums=cloud role=backend-developer"},
	{"/band import", "band.import"},

	// People and their roles.
	{"/hire people", "hire.people"},
	{"/hire people recruiter", "hire.people person=P-1"},
	{"/hire people @recruiter", "hire.people person=P-1"},
	{"/hire people Recruiter", "hire.people person=P-1"},
	{"/hire people @interviewer-1 +recruiter -interviewer", "hire.people person=P-6 roles=+recruiter,-interviewer"},
	{"/hire people +recruiter @interviewer-1", "hire.people person=P-6 roles=+recruiter"},
	{"/hire people @interviewer-1 +hiring manager", "hire.people person=P-6 roles=+hiring_manager"},
	{"/hire people @interviewer-1 +Hiring_Manager", "hire.people person=P-6 roles=+hiring_manager"},
	{`/hire people @interviewer-1 +"hiring manager"`, "hire.people person=P-6 roles=+hiring_manager"},
	{"/hire people interviewer-3 deactivate", "hire.people person=P-8 state=deactivate"},
	{"/hire people interviewer-3 deact", "hire.people person=P-8 state=deactivate"},
	{"/hire people deactivate @interviewer-3", "hire.people person=P-8 state=deactivate"},
	{"/hire people person:admin", "hire.people person=P-10"},
	{"/hire owners backend @hiring-manager", "hire.owners owners=P-2 role=backend-developer"},
	{"/hire owners backend @hiring-manager, @hiring-manager-2", "hire.owners owners=P-2,P-3 role=backend-developer"},
	{`/hire copyrole general "Frontend developer"`, "hire.copyrole role=general title=Frontend developer"},
	{"/hire copyrole general title:Frontend lead", "hire.copyrole role=general title=Frontend lead"},

	// Settings.
	{"/hire set timezone Europe/Berlin", "hire.set setting=timezone value=Europe/Berlin"},
	{"/hire set current_ctc no", "hire.set setting=current_ctc value=no"},
	{"/hire set time zone Europe/Berlin", "hire.set setting=timezone value=Europe/Berlin"},
	{"/hire set approvers approver-1 > compensation", "hire.set setting=approvers value=approver-1 > compensation"},
	{"/hire set company Asha & Sons: Plumbers", "hire.set setting=company value=Asha & Sons: Plumbers"},
	{"/hire set company “Asha’s”", "hire.set setting=company value=Asha’s"},
	{"/hire settings", "hire.settings"},
	{"/hire setup", "hire.setup"},
	{"/hire claim K7QM-2XRA-PL4D", "hire.claim code=K7QM-2XRA-PL4D"},
	{"/hire claim K7QM 2XRA PL4D", "hire.claim code=K7QM 2XRA PL4D"},

	// Requisitions: what is wanted, in any order.
	{"/req", "req.list"},
	{"/req list", "req.list"},
	{"/req mine", "req.list state=mine"},
	{"/req open", "req.list state=open"},
	{"/req on hold", "req.list state=on_hold"},
	{"/req waiting for approval", "req.list state=pending_approval"},
	{"/req backend open", "req.list role=backend-developer state=open"},
	{"/req list open backend", "req.list role=backend-developer state=open"},
	{"/req @hiring-manager", "req.list owner=P-2"},
	{"/req R-12", "req.list number=R-12"},
	{"/req r12", "req.list number=R-12"},
	{"/req 12", "req.list number=R-12"},
	{"/req new senior java backend x2 bengaluru 35-45L by March", "req.new budget=35L-45L seats=2 target=2027-03-01 what=senior java backend developer where=Bengaluru"},
	{"/req new by March 35-45L bengaluru x2 backend java senior", "req.new budget=35L-45L seats=2 target=2027-03-01 what=senior java backend developer where=Bengaluru"},
	{"/req new x2 35-45L senior java backend by March bangalore", "req.new budget=35L-45L seats=2 target=2027-03-01 what=senior java backend developer where=Bengaluru"},
	{"/req new senior java backend, 2 seats, Bangalore, 35 to 45 LPA, by 31 March", "req.new budget=35L-45L seats=2 target=2027-03-31 what=senior java backend developer where=Bengaluru"},
	{"/req new 2 senior java backend developers in Bengaluru for 35-45 LPA by end of March", "req.new budget=35L-45L seats=2 target=2027-03-31 what=senior java backend developer where=Bengaluru"},
	{"/req new senior backend 2x blr 35-45L", "req.new budget=35L-45L seats=2 what=senior backend developer where=Bengaluru"},
	{"/req new senior backend 2 people hyd budget:35-45L", "req.new budget=35L-45L seats=2 what=senior backend developer where=Hyderabad"},
	{"/req new senior backend seats:2 where:Hampi budget:35-45 LPA target:31/03/2027", "req.new budget=35L-45L seats=2 target=2027-03-31 what=senior backend developer where=Hampi"},
	{"/req new SDE3 golang backend gurgaon remote 40 LPA", "req.new budget=40L what=senior go backend developer where=Gurugram work_mode=remote"},
	{"/req new lead backend navi mumbai wfh 1.2 cr", "req.new budget=120L what=senior backend developer where=Navi Mumbai work_mode=remote"},
	{"/req new fresher python backend chennai x10 4-6L why:\"campus\"", "req.new budget=4L-6L seats=10 what=entry python backend developer where=Chennai why=campus"},
	{"/req new backend", "req.new what=backend developer"},
	{"/req new pune", "req.new where=Pune"},
	{"/req new", "req.new"},
	{"/req new senior backend confidential:yes why:new product", "req.new confidential=yes what=senior backend developer why=new product"},

	{"/req new senior java backend why:new product confidential", "req.new confidential=yes what=senior java backend developer why=new product"},
	{"/req new senior java backend where:Mysuru Confidential!", "req.new confidential=yes what=senior java backend developer where=Mysuru"},
	{`/req new senior java backend why:"a confidential product"`, "req.new what=senior java backend developer why=a confidential product"},
	{"/req new senior java backend two seats budget=40L urgent", "req.new budget=40L seats=2 what=senior java backend developer"},
	{"/req new senior java backend where=pune confidential=yes why:a=b", "req.new confidential=yes what=senior java backend developer where=Pune why=a=b"},
	{"/req ask R-12 question:is budget=40L fixed?", "req.ask question=is budget=40L fixed? req=R-12"},
	// A title of its own beside a role that is known: the form shows it first.
	{"/req new senior java backend payments pune", "req.new what=senior java backend payments where=Pune"},
	{"/req new backend engineering manager", "req.new what=backend engineering manager"},

	// A title that no playbook has is kept.
	{"/req new quantum plumber pune x3", "req.new seats=3 what=quantum plumber where=Pune"},
	{`/req new "Head of design" remote`, "req.new what=Head of design work_mode=remote"},
	{"/req new Platform engineer delhi ncr 30-50L until June", "req.new budget=30L-50L target=2027-06-01 what=Platform engineer where=Delhi NCR"},
	{"/req new office manager pune", "req.new what=office manager where=Pune"},

	// What is done with them.
	{"/req show R-12", "req.show req=R-12"},
	{"/req show platform engineer", "req.show req=platform engineer"},
	{"/req edit R-12 budget:40-50L seats:3", "req.edit budget=40L-50L req=R-12 seats=3"},
	{"/req approve", "req.approve"},
	{"/req approve r12", "req.approve req=R-12"},
	{"/req approve R-12 note:within plan", "req.approve note=within plan req=R-12"},
	{"/req reject R-12 reason:not this quarter", "req.reject reason=not this quarter req=R-12"},
	{"/req ask R-12 why so cheap", "req.ask question=why so cheap req=R-12"},
	{"/req reject R-12 not this quarter", "req.reject reason=not this quarter req=R-12"},
	{"/req close R-12 the team was merged", "req.close reason=the team was merged req=R-12"},
	{"/req ask R-12 question:2 seats or 1 + backfill?", "req.ask question=2 seats or 1 + backfill? req=R-12"},
	{"/req fill R-12 x2", "req.fill req=R-12 seats=2"},
	{"/req fill 12", "req.fill req=R-12"},
	{"/req close R-12 reason:the team was merged", "req.close reason=the team was merged req=R-12"},
	{"/hire away until 4 Jan delegate:@hiring-manager", "hire.away delegate=P-2 until=2027-01-04"},
	{"/hire away back", "hire.away until=back"},
	{"/hire away until next friday", "hire.away until=2026-12-18"},
	{"/hire handover from @hiring-manager to @hiring-manager-2", "hire.handover from=P-2 to=P-3"},
	{"/hire quiet off", "hire.quiet state=off"},
}

// wrongPhrases are what people type that cannot be understood. Names is what the message must name;
// each message also holds an example, or what may have been meant.
var wrongPhrases = []struct{ text, code, field, names string }{
	// Commands.
	{"", bot.CodeInvalid, "", "/hire help"},
	{"   ", bot.CodeInvalid, "", "/hire help"},
	{`"/band" backend`, bot.CodeInvalid, "", "/hire help"},
	{"/bnad backend", bot.CodeInvalid, "", "Did you mean /band?"},
	{"/hrie help", bot.CodeInvalid, "", "Did you mean /hire?"},
	{"/payroll", bot.CodeInvalid, "", "/payroll"},
	{"/hire hepl", bot.CodeInvalid, "", "Did you mean help?"},
	{"/hire seting", bot.CodeInvalid, "", "Did you mean setting"},
	{"/hire pepole", bot.CodeInvalid, "", "Did you mean people?"},
	{"/hire dance", bot.CodeInvalid, "", "“dance”"},
	{"/band list everything", bot.CodeInvalid, "", "“everything”"},
	{"/hire home sweet", bot.CodeInvalid, "", "“sweet”"},
	{"/band " + strings.Repeat("x", 4001), bot.CodeInvalid, "", "4007 characters"},

	// Words that nothing understands.
	{"/band backend jvaa", bot.CodeInvalid, "", "Did you mean Java?"},
	{"/band backend seniro", bot.CodeInvalid, "", "Did you mean Senior?"},
	{"/band backend fresheer", bot.CodeInvalid, "", "“fresheer”"},
	{"/band backend pyhton 7y", bot.CodeInvalid, "", "Did you mean Python?"},
	{"/band shwo backend", bot.CodeInvalid, "", "Did you mean show?"},
	{"/band hstory backend", bot.CodeInvalid, "", "Did you mean history?"},
	{"/band backend senior blah", bot.CodeInvalid, "", "“blah”"},

	// What means confidential is never taken for anything else, wherever it stands.
	{"/req new senior java backend confidental pune", bot.CodeInvalid, "what", "Did you mean confidential?"},
	{"/req new quantum plumber CONFIDNETIAL", bot.CodeInvalid, "what", "Did you mean confidential?"},
	{"/req new quantum plumber confid", bot.CodeInvalid, "what", "Did you mean confidential?"},
	{"/req new senior java backend confi dential", bot.CodeInvalid, "what", "Did you mean confidential?"},
	{"/req new senior java backend why:the product is confidentail", bot.CodeInvalid, "what", "Did you mean confidential?"},
	{"/req new senior java backend where:Mysuru confidental", bot.CodeInvalid, "what", "Did you mean confidential?"},
	{`/req new senior java backend where:"Mysuru confidental"`, bot.CodeInvalid, "where", "where:Mysuru confidential"},
	{`/req new what:"senior java backend confidential"`, bot.CodeInvalid, "what", "it stands by itself"},
	{"/req edit R-12 why:new product confidental", bot.CodeInvalid, "", "Did you mean confidential?"},
	{"/req new senior java backend confidental:yes", bot.CodeInvalid, "", "Did you mean confidential?"},

	// Names of options.
	{"/band backend from:services ctc:18 ctc:19", bot.CodeInvalid, "ctc", "is given twice"},
	{"/band backend exprience:7y", bot.CodeInvalid, "", "Did you mean experience?"},
	{"/band backend aks:48", bot.CodeInvalid, "", "Did you mean ask?"},
	{"/band backend bugdet:35-45L", bot.CodeInvalid, "", "Did you mean budget?"},
	{"/band backend salary:48", bot.CodeInvalid, "", "“salary:”"},
	{"/band set backend mid 15-30L efective:2027-01-01", bot.CodeInvalid, "", "Did you mean effective?"},
	{"/hire people persn:admin", bot.CodeInvalid, "", "Did you mean person?"},

	// A verb is the first word alone; the example is what was typed, corrected.
	{"/band backend 7y rust", bot.CodeInvalid, "", "It takes level ("},
	{"/req list backend mumbai", bot.CodeInvalid, "", "“mumbai” in /req. It takes state ("},
	{"/req aprove R-2", bot.CodeInvalid, "", "Did you mean approve? Example: /req approve R-2"},
	{"/req opn", bot.CodeInvalid, "", "Did you mean Open? Example: /req Open"},
	{"/req list opn backend", bot.CodeInvalid, "", "Did you mean Open? Example: /req Open backend"},
	{"/req reject R-3 R-4", bot.CodeInvalid, "approval", "“R-4” is no approval"},

	// Days.
	{"/req new senior java backend pune by 30 Febuary", bot.CodeInvalid, "target", "30 Feb"},
	{"/req new senior java backend pune by 31 February", bot.CodeInvalid, "target", "31 Feb"},
	{"/req new senior java backend pune by 20 Febuary", bot.CodeInvalid, "target", "Did you mean 20 February?"},
	{"/req new senior java backend pune 3-4y", bot.CodeInvalid, "what", "“3-4y” is experience"},
	{"/req new senior java backend pune 7 years", bot.CodeInvalid, "what", "is experience"},

	// Experience.
	{"/band backend 7", bot.CodeInvalid, "experience", `"7" needs a unit`},
	{"/band backend experience:7", bot.CodeInvalid, "experience", `"7" needs a unit`},
	{"/band backend experience:seven", bot.CodeInvalid, "experience", `"seven"`},
	{"/band backend 99y", bot.CodeInvalid, "experience", `"99y" is more than 60 years`},
	{"/band backend 8-6y", bot.CodeInvalid, "experience", `"8-6y" ends lower`},
	{"/band backend 7.3y", bot.CodeInvalid, "experience", `"7.3y"`},
	{"/band backend experience:", bot.CodeInvalid, "experience", "Experience is needed"},

	// Levels, stacks, premiums, moves.
	{"/band backend level:seniro", bot.CodeNotFound, "level", "Did you mean Senior?"},
	{"/band backend level:boss", bot.CodeNotFound, "level", "“boss”"},
	{"/band backend ecosystem:jvaa", bot.CodeNotFound, "ecosystem", "Did you mean Java?"},
	{"/band backend +clod", bot.CodeNotFound, "premiums", "Did you mean cloud?"},
	{"/band backend -cloud", bot.CodeNotFound, "premiums", "cloud"},
	{"/band backend +distribted", bot.CodeNotFound, "premiums", "Did you mean distributed?"},
	{"/band backend from:servces", bot.CodeNotFound, "from", "Did you mean services?"},

	// Money.
	{"/band backend ask:48k", bot.CodeInvalid, "ask", `"48k" is ambiguous`},
	{"/band backend ask:4800", bot.CodeInvalid, "ask", `"4800" is ambiguous`},
	{"/band backend ask:48 LPM", bot.CodeInvalid, "ask", `"48 LPM" is a month's pay`},
	{"/band backend ask:$120k", bot.CodeInvalid, "ask", `"$120k" is not in rupees`},
	{"/band backend ask:-48L", bot.CodeInvalid, "ask", `"-48L" is negative`},
	{"/band backend ask:0", bot.CodeInvalid, "ask", `"0" is nothing`},
	{"/band backend ask:lots", bot.CodeInvalid, "ask", `"lots" is not an amount`},
	{"/band backend ask:18,5", bot.CodeInvalid, "ask", `"18,5"`},
	{"/band backend ask:500 cr", bot.CodeInvalid, "ask", `"500 cr" is more than 100 crore`},
	{"/band backend ask:", bot.CodeInvalid, "ask", "Ask is needed"},
	{"/band backend budget:45-35L", bot.CodeInvalid, "budget", `"45-35L"`},
	{"/band backend budget:35-45-55L", bot.CodeInvalid, "budget", `"35-45-55L"`},
	{"/band set backend senior 55-25L", bot.CodeInvalid, "range", `"55-25L"`},
	{"/band set backend senior plenty", bot.CodeInvalid, "range", `"plenty" is not an amount`},

	// Changes of a band.
	{"/band set bakcend senior 25-55L", bot.CodeNotFound, "role", "Did you mean backend?"},
	{"/band set role:bakcend senior 25-55L", bot.CodeNotFound, "role", "Did you mean backend?"},
	{"/band set backend senior 25-55L effective:31 Feb 2027", bot.CodeInvalid, "effective", "Feb"},
	{"/band set backend senior 25-55L effective:someday", bot.CodeInvalid, "effective", "“someday”"},
	{"/band set backend senior 25-55L open:maybe", bot.CodeNotFound, "open", "“maybe”"},
	{"/band undo backend senior latest", bot.CodeInvalid, "version", "“latest” is not a whole number"},
	{"/band apply yesterday", bot.CodeInvalid, "import", "/band import"},

	// People.
	{"/hire people recuiter", bot.CodeNotFound, "person", "Did you mean recruiter?"},
	{"/hire people @nobody", bot.CodeNotFound, "person", "“nobody”"},
	{"/hire people interviewer", bot.CodeInvalid, "person", "“interviewer” fits more than one person"},
	{"/hire owners backend @hiring", bot.CodeNotFound, "owners", "nobody who is called “hiring” in full"},
	{"/req list owner:@hiring", bot.CodeNotFound, "owner", "nobody who is called “hiring” in full"},
	{"/hire people @member +recruter", bot.CodeNotFound, "roles", "Did you mean recruiter?"},
	{"/hire people @member +boss", bot.CodeNotFound, "roles", "“boss”"},
	{"/hire people @member admin", bot.CodeInvalid, "", "Did you mean +admin?"},
	{"/hire owners backend @nobody", bot.CodeNotFound, "owners", "“nobody”"},
	{"/hire owners backend @hirng-manager", bot.CodeNotFound, "owners", "Did you mean hiring-manager?"},

	// Requisitions.
	{"/req new senior jvaa backend", bot.CodeInvalid, "what", "Did you mean Java?"},
	{"/req new seniro java backend", bot.CodeInvalid, "what", "Did you mean Senior?"},
	{"/req new senior java bakcend pune", bot.CodeInvalid, "what", "Did you mean backend?"},
	{"/req new senior backend 45-35L", bot.CodeInvalid, "what", "Put the lower amount first"},
	{"/req new senior backend x0", bot.CodeInvalid, "what", "1 to 500 people"},
	{"/req new senior java backend 501 seats", bot.CodeInvalid, "what", "“501” may be seats or lakhs a year"},
	{"/req new senior backend 40", bot.CodeInvalid, "what", "Write x40 or 40L"},
	{"/req new senior backend budget:lots", bot.CodeInvalid, "budget", `"lots" is not an amount`},
	{"/req new senior backend target:someday", bot.CodeInvalid, "target", "“someday”"},
	{"/req new senior backend seats:many", bot.CodeInvalid, "seats", `"many"`},
	{"/req edit R-12 sets:3", bot.CodeInvalid, "", "Did you mean seats?"},
	{"/req edit R-12 work_mode:moon", bot.CodeInvalid, "work_mode", `"moon"`},
	{"/req edit R-12 manager:@nobody", bot.CodeNotFound, "manager", "“nobody”"},
	{"/req list opn", bot.CodeInvalid, "", "Did you mean Open?"},
	{"/req aprove R-12", bot.CodeInvalid, "", "Did you mean approve?"},
	{"/req fill R-12 seats:0", bot.CodeInvalid, "seats", "1 to 500 people"},
	{"/hire away someday", bot.CodeInvalid, "until", "“someday”"},

	// Settings.
	{"/hire set setting:tmezone Europe/Berlin", bot.CodeNotFound, "setting", "Did you mean Time zone?"},
	{"/hire copyrole general title:" + strings.Repeat("x", 61), bot.CodeInvalid, "title", "61 characters"},
}

// helps finds in a message the next step: an example, what may have been meant, or what there is.
var helps = regexp.MustCompile(`Shorten|It is one of:|[Ee]xample|[Ll]ike [0-9A-Za-z]|Did you mean|It takes:|Type |Write |Say |Which one|The roles are|fit|Known:|lists|again|Choose`)

func TestReading(t *testing.T) {
	t.Parallel()
	r, rd := registry(t), reading(t)
	for _, c := range rightPhrases {
		spec, args, err := r.Read(c.text, rd)
		if err != nil {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
			continue
		}
		if got := printed(spec, args); got != c.want {
			t.Errorf("%q is read as\n\t%s, want\n\t%s", c.text, got, c.want)
		}
	}
	for _, c := range wrongPhrases {
		spec, args, err := r.Read(c.text, rd)
		coded, ok := errors.AsType[bot.Coded](err)
		if !ok {
			t.Errorf("%.80q is read as %s (%v), want an error", c.text, printed(spec, args), err)
			continue
		}
		if coded.Code() != c.code || coded.Field() != c.field {
			t.Errorf("%.80q: %s about %q, want %s about %q: %s", c.text, coded.Code(), coded.Field(), c.code, c.field, coded.Message())
		}
		if !strings.Contains(coded.Message(), c.names) {
			t.Errorf("%.80q: the message does not name %q: %s", c.text, c.names, coded.Message())
		}
		offers := false
		if p, is := errors.AsType[*bot.Problem](err); is {
			offers = len(p.Choices) > 0
		}
		if !offers && !helps.MatchString(coded.Message()) {
			t.Errorf("%.80q: the message says nothing of what to do: %s", c.text, coded.Message())
		}
		if n := utf8.RuneCountInString(coded.Message()); n > 250 {
			t.Errorf("%.80q: the message has %d characters: %s", c.text, n, coded.Message())
		}
	}
	if n := len(rightPhrases) + len(wrongPhrases); n < 150 || len(wrongPhrases) < 40 {
		t.Errorf("%d phrases, %d of them wrong", n, len(wrongPhrases))
	}
}

// TestReadingIsTheSameInAnyOrder types the same words in every order.
func TestReadingIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	r, rd := registry(t), reading(t)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.Permutation([]string{"backend developer", "7 years", "spring boot", "+cloud", "+distributed", "ask:48L", "budget:35-45L"}).Draw(t, "words")
		separator := rapid.SampledFrom([]string{" ", "  ", ", ", "\u00a0", "\t"}).Draw(t, "separator")
		text := "/band " + strings.Join(words, separator)
		spec, args, err := r.Read(text, rd)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		const want = "band.show ask=48L budget=35L-45L ecosystem=java experience=7y premiums=%s role=backend-developer"
		got := printed(spec, args)
		if got != fmt.Sprintf(want, "cloud,distributed") && got != fmt.Sprintf(want, "distributed,cloud") {
			t.Fatalf("%q is read as %s", text, got)
		}
	})
}

// TestExamplesAreRead reads every declared example as the command that declares it.
func TestExamplesAreRead(t *testing.T) {
	t.Parallel()
	r, rd := registry(t), reading(t)
	for _, s := range r.Specs() {
		for _, example := range s.Examples {
			got, args, err := r.Read(example, rd)
			if err != nil {
				t.Errorf("%s: %q: %v", s.Name(), example, err)
				continue
			}
			if got.Name() != s.Name() {
				t.Errorf("%s: %q is read as %s", s.Name(), example, printed(got, args))
			}
		}
		for _, p := range s.Params {
			for _, example := range []string{p.Example, p.Kind.Example} {
				if example == "" || p.Kind.Input == bot.InputFile || p.Kind == bot.LongText || len(p.Choices) > 0 {
					continue
				}
				// An example may name what the company would have first, such as a new title.
				values := bot.Values{p.Name: {example}}
				if _, err := bot.ReadValues(s, rd, values); err != nil {
					t.Errorf("%s: the example %q of %s: %v", s.Name(), example, p.Name, err)
				}
			}
		}
	}
}

// sentence is what a title or label may not end with.
var sentence = regexp.MustCompile(`[.!?…:;,]$`)

// TestDeclarationsReadWell holds the declarations to one style, since help, menus and the platforms'
// own command lists print them.
func TestDeclarationsReadWell(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, s := range r.Specs() {
		phrase := func(what, text string) {
			first, _ := utf8.DecodeRuneInString(text)
			if sentence.MatchString(text) || strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
				t.Errorf("%s: %s %q is no plain phrase", s.Name(), what, text)
			}
			if !unicode.IsUpper(first) && what != "choice" {
				t.Errorf("%s: %s %q begins in lower case", s.Name(), what, text)
			}
		}
		phrase("summary", s.Summary)
		if s.Details != "" && !strings.HasSuffix(s.Details, ".") {
			t.Errorf("%s: details are sentences: %q", s.Name(), s.Details)
		}
		if n := s.Longest(); n > bot.MaxCall {
			t.Errorf("%s: a button of it can have %d characters, at most %d", s.Name(), n, bot.MaxCall)
		}
		required := 0
		for _, p := range s.Params {
			phrase(p.Name+"'s help", p.Help)
			if p.Label != "" {
				phrase(p.Name+"'s label", p.Label)
			}
			for _, c := range p.Choices {
				phrase("choice", c.Label)
			}
			if p.Required {
				required++
			}
			if p.Kind.Example == "" && p.Example == "" {
				t.Errorf("%s: %s has no example", s.Name(), p.Name)
			}
			if len(p.Choices) > 25 {
				t.Errorf("%s: %s has %d choices; a menu has 25", s.Name(), p.Name, len(p.Choices))
			}
		}
		if required > 5 {
			t.Errorf("%s: %d required fields, at most five", s.Name(), required)
		}
		for _, role := range s.Roles {
			if _, err := hiring.ParseRole(role); err != nil {
				t.Errorf("%s: %v", s.Name(), err)
			}
		}
	}
}

// drawArgs draws values of a command's parameters, in the form in which they are typed.
func drawArgs(t *rapid.T, rd bot.Reading, s bot.Spec) bot.Values {
	values := bot.Values{}
	for _, p := range s.Params {
		if !rapid.Bool().Draw(t, "with "+p.Name) {
			continue
		}
		one := func() string { return drawValue(t, rd, p) }
		n := 1
		if p.Repeated {
			n = rapid.IntRange(1, 2).Draw(t, "values of "+p.Name)
		}
		for range n {
			values[p.Name] = append(values[p.Name], one())
		}
	}
	return values
}

func drawValue(t *rapid.T, rd bot.Reading, p bot.Param) string {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, p.Name) }
	amount := func() hiring.Rupees {
		return hiring.Rupees(rapid.Int64Range(1, int64(hiring.MaxRupees)).Draw(t, p.Name))
	}
	if len(p.Choices) > 0 {
		return rapid.SampledFrom(p.Choices).Draw(t, p.Name).Value
	}
	switch p.Kind {
	case commands.Role, commands.RoleName:
		return pick("backend-developer", "general")
	case commands.Level:
		return pick("entry", "early", "mid", "senior", "staff")
	case commands.Ecosystem:
		return pick("java", "python", "node", "go", "dotnet", "php")
	case commands.Premium:
		return pick("cloud", "distributed")
	case commands.Uplift:
		return pick("services")
	case commands.RoleChange:
		return pick("+admin", "-admin", "+hiring_manager", "-interviewer")
	case commands.Experience:
		low := rapid.IntRange(0, hiring.MaxExperienceMonths).Draw(t, p.Name)
		high := rapid.IntRange(low, hiring.MaxExperienceMonths).Draw(t, p.Name)
		if rapid.Bool().Draw(t, p.Name) {
			return hiring.Experience{MinMonths: low, MaxMonths: low, OpenEnded: true}.String()
		}
		return hiring.Experience{MinMonths: low, MaxMonths: high}.String()
	case commands.Money:
		return amount().Short()
	case commands.MoneyRange:
		low, high := amount(), amount()
		return hiring.RupeesRange{Low: min(low, high), High: max(low, high)}.Short()
	case bot.Integer:
		return strconv.Itoa(rapid.IntRange(-9999, 99999).Draw(t, p.Name))
	case bot.Day:
		return string(bot.DateOf(spoken, time.UTC).AddDays(rapid.IntRange(-9000, 9000).Draw(t, p.Name)))
	case bot.YesNo:
		return pick("yes", "no")
	}
	if p.Kind.Name == "person" {
		return pick("P-1", "P-2", "P-10")
	}
	// Of what reads anything, any text; else its example.
	text := rapid.StringMatching(`[A-Za-z0-9|%~ऀ-ॿ]{1,12}( [A-Za-z0-9:+-]{1,8})?`).Draw(t, p.Name)
	if _, err := p.Kind.Parse(rd, text); err != nil {
		return p.Kind.Example
	}
	return text
}

// TestArgumentsReadBack reads what a form prefills and what a button carries back to the same
// arguments, for every command.
func TestArgumentsReadBack(t *testing.T) {
	t.Parallel()
	r, rd := registry(t), reading(t)
	for _, s := range r.Specs() {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				values := drawArgs(t, rd, s)
				args, err := bot.ReadValues(s, rd, values)
				if err != nil {
					t.Fatalf("%v: %v", values, err)
				}
				again, err := bot.ReadValues(s, rd, bot.ValuesOf(s, args))
				if err != nil {
					t.Fatalf("%v: %v", bot.ValuesOf(s, args), err)
				}
				if diff := cmp.Diff(printed(s, args), printed(s, again)); diff != "" {
					t.Fatalf("as a form's values:\n%s", diff)
				}
				call := bot.CallOf(s, args)
				id, err := call.Encode()
				if err != nil {
					t.Fatal(err)
				}
				decoded, err := bot.DecodeCall(id)
				if err != nil {
					t.Fatalf("%s: %v", id, err)
				}
				if n := utf8.RuneCountInString(id); n > s.Longest() {
					t.Fatalf("%s has %d characters; the longest was said to have %d", id, n, s.Longest())
				}
				spec, carried, err := r.ReadCall(decoded, rd)
				if err != nil {
					t.Fatalf("%s: %v", id, err)
				}
				for name, v := range carried {
					if diff := cmp.Diff(bot.ValuesOf(s, bot.Args{name: args[name]}), bot.ValuesOf(spec, bot.Args{name: v})); diff != "" {
						t.Fatalf("%s: %s:\n%s", id, name, diff)
					}
				}
				for _, p := range s.Params {
					if _, travels := carried[p.Name]; travels && p.Secret {
						t.Fatalf("%s: %s is secret and travels", id, p.Name)
					}
				}
			})
		})
	}
}

// FuzzReadCommand reads anything as a command: it never panics, an error is safe to show and says
// something, and what was read can be printed and read back.
func FuzzReadCommand(f *testing.F) {
	for _, c := range rightPhrases {
		f.Add(c.text)
	}
	for _, c := range wrongPhrases {
		f.Add(c.text)
	}
	for _, text := range []string{
		"\x00", "/\xff", "/band \xc3\x28", `/band """`, "/band +", "/band -", "/band +-", "/band :", "/band a:b:c", "/band role::", "/band +,",
		"/hire people +", "/hire people -,", "/hire set approvers >>>", "/band ask:,,,", "/band experience:+", "/band -0y", "/band set backend senior -",
		"/band \u202ebackend", "/band @everyone <!channel>", "/hire copyrole general <@U1>", "/hire help .", "/band effective:٣", "/band backend ٧y",
	} {
		f.Add(text)
	}
	r, rd := registry(f), reading(f)
	f.Fuzz(func(t *testing.T, text string) {
		spec, args, err := r.Read(text, rd)
		if err != nil {
			coded, ok := errors.AsType[bot.Coded](err)
			if !ok || coded.Code() == bot.CodeInternal || strings.TrimSpace(coded.Message()) == "" {
				t.Fatalf("%q: %v", text, err)
			}
			if !utf8.ValidString(coded.Message()) && utf8.ValidString(text) {
				t.Fatalf("%q: the message is no text: %q", text, coded.Message())
			}
			return
		}
		again, err := bot.ReadValues(spec, rd, bot.ValuesOf(spec, args))
		if err != nil {
			t.Fatalf("%q is read as %s, which is not read back: %v", text, printed(spec, args), err)
		}
		if a, b := printed(spec, args), printed(spec, again); a != b {
			t.Fatalf("%q is read as %s and read back as %s", text, a, b)
		}
	})
}
