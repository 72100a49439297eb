package bot

// Read reads a typed command as the router does: the command that it means, and its arguments as
// their kinds read them. What is missing is no error here, since some commands ask for it by a form;
// whatever else is wrong is the Coded error that the person would be answered with.
func (r *Registry) Read(text string, rd Reading) (Spec, Args, error) {
	spec, words, err := r.resolve(text)
	if err != nil {
		return Spec{}, nil, err
	}
	read := bindWords(spec, rd, words, r.verbNames(spec.Noun)...)
	return spec, read.args, read.first()
}

// ReadCall reads a button's call as the router does when it is pressed. Its errors are Coded.
func (r *Registry) ReadCall(call Call, rd Reading) (Spec, Args, error) {
	spec, ok := r.byName[call.Command]
	if !ok {
		return Spec{}, nil, otherVersion()
	}
	args, _ := splitDraft(call.Args)
	read := bindCall(spec, rd, args, nil)
	return spec, read.args, read.first()
}

// ReadValues reads the values of a form as the router does when it is submitted. What is missing is
// no error here; of the other mistakes it returns the first, which is Coded.
func ReadValues(s Spec, rd Reading, values Values) (Args, error) {
	read := bindValues(s, rd, values)
	return read.args, read.first()
}

// Longest returns the most characters that a button of the command can have; it is at most MaxCall.
func (s Spec) Longest() int { return wireLength(s) }
