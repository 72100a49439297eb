// Package hiring is the domain: what hiring is made of, its rules, who may do what, and what pay
// is. It is pure: no input or output, and no clock of its own; what the time is comes as an
// argument. Money is whole rupees a year, experience is months.
package hiring
