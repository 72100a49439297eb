package slacktest

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
)

// file is a file of the workspace.
type file struct {
	ID, Name, Title, Type, Alt, User string
	Data                             []byte
	// Length is how long the app said that it would be, Ticket where its bytes go.
	Length int
	Ticket string
	// Uploaded is true once the bytes are there, Complete once the upload was finished.
	Uploaded, Complete bool
}

// maxFileAlt is the most characters that the description of a file can have.
const maxFileAlt = 1000

// pictures are the kinds of files that clients show as pictures.
var pictures = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic"}

func (f *file) picture() bool {
	return slices.Contains(pictures, strings.ToLower(path.Ext(f.Name))) || strings.HasPrefix(http.DetectContentType(f.Data), "image/")
}

// uploadURL begins an upload. https://docs.slack.dev/reference/methods/files.getUploadURLExternal/
func (c *call) uploadURL() (object, string) {
	length, err := seconds(c.arg("length"))
	switch {
	case err != nil || length < 1:
		c.violation("%s: a file of length %q", c.method, c.arg("length"))
		return nil, "missing_argument"
	case len([]rune(c.arg("alt_txt"))) > maxFileAlt:
		c.violation("%s: alt_txt has more than %d characters", c.method, maxFileAlt)
		return nil, "alt_txt_too_large"
	}
	f := &file{
		ID: c.idLocked("F"), Name: c.arg("filename"), Title: c.arg("filename"), Alt: c.arg("alt_txt"), User: c.o.BotUser,
		Length: int(length), Ticket: c.idLocked("ticket"),
	}
	c.files[f.ID] = f
	return object{"upload_url": c.http.URL + "/upload/v1/" + f.Ticket, "file_id": f.ID}, ""
}

// serveUpload takes the bytes of a file, raw or in a form.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	fail := s.failure(Uploads)
	if refused(w, fail) {
		return
	}
	data, err := uploaded(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.byTicketLocked(r.PathValue("ticket"))
	switch {
	case f == nil:
		s.violation("an upload to an address that was never given")
		http.NotFound(w, r)
		return
	case r.Method != http.MethodPost || err != nil || len(data) != f.Length || f.Uploaded:
		s.violation("the upload of %s: %s, %d bytes where %d were said, before: %v, error: %v", f.Name, r.Method, len(data), f.Length, f.Uploaded, err)
		http.Error(w, "upload failed", http.StatusInternalServerError)
		return
	}
	f.Data, f.Uploaded = data, true
	f.Type = typeOf(f.Name, data)
	if f.picture() && strings.TrimSpace(f.Alt) == "" {
		s.violation("the picture %s is uploaded without alt_txt", f.Name)
	}
	if fail.Drop {
		drop(w)
		return
	}
	_, _ = io.WriteString(w, "OK") // whoever asked is gone where this fails
}

func (s *Server) byTicketLocked(ticket string) *file {
	for _, f := range s.files {
		if f.Ticket == ticket && ticket != "" {
			return f
		}
	}
	return nil
}

// uploaded reads the bytes of an upload.
func uploaded(r *http.Request) ([]byte, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

func typeOf(name string, data []byte) string {
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		kind, _, _ := strings.Cut(known, ";")
		return kind
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return kind
}

// completeUpload finishes uploads, and shares the files where a conversation is named.
// https://docs.slack.dev/reference/methods/files.completeUploadExternal/
func (c *call) completeUpload() (object, string) {
	var files []*file
	for _, o := range objects(c.args["files"]) {
		f := c.files[str(o, "id")]
		if f == nil || !f.Uploaded || f.Complete {
			c.violation("%s: the file %q was not uploaded, or was finished before", c.method, str(o, "id"))
			return nil, "file_not_found"
		}
		if title := str(o, "title"); title != "" {
			f.Title = title
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		c.violation("%s: no file is named", c.method)
		return nil, "invalid_arguments"
	}
	var rooms []*room
	for _, id := range append(strings.Split(c.arg("channels"), ","), c.arg("channel_id")) {
		if id == "" {
			continue
		}
		r := c.rooms[id]
		switch {
		case r == nil:
			return nil, "channel_not_found"
		case !r.has(c.o.BotUser):
			return nil, "not_in_channel"
		case !r.direct() && !c.filesIn[id]:
			c.violation("%s: the file %s goes to %s, which is no direct message", c.method, files[0].Name, id)
		}
		rooms = append(rooms, r)
	}
	c.violations(c.method, checkMessage(c.arg("initial_comment"), nil))
	var out []object
	for _, f := range files {
		f.Complete = true
		out = append(out, c.fileObject(f))
	}
	for _, r := range rooms {
		c.sayLocked(r, &message{User: c.o.BotUser, Text: c.arg("initial_comment"), Files: files})
	}
	return object{"files": out}, ""
}

// unsafeName is what the name of a file cannot have in an address.
var unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]`)

func (s *Server) fileObject(f *file) object {
	link := s.http.URL + "/files-pri/" + s.o.Team + "-" + f.ID + "/" + strings.TrimLeft(unsafeName.ReplaceAllString(f.Name, "_"), ".") + "_"
	o := object{
		"id": f.ID, "name": f.Name, "title": f.Title, "mimetype": f.Type, "filetype": strings.TrimPrefix(path.Ext(f.Name), "."),
		"user": f.User, "size": len(f.Data), "mode": "hosted", "is_external": false, "is_public": false, "created": s.o.Clock().Unix(),
		"url_private": link, "url_private_download": link,
	}
	if f.Alt != "" {
		o["alt_txt"] = f.Alt
	}
	return o
}

func (c *call) fileInfo() (object, string) {
	f := c.files[c.arg("file")]
	if f == nil || !f.Complete {
		return nil, "file_not_found"
	}
	return object{"file": c.fileObject(f), "comments": []any{}}, ""
}

// serveFile gives the bytes of a file to whoever has the token; others see the page to sign in.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	if refused(w, s.failure(Downloads)) {
		return
	}
	_, id, _ := strings.Cut(r.PathValue("id"), "-")
	s.mu.Lock()
	f := s.files[id]
	s.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+s.o.BotToken || !s.granted("files:read"):
		s.violation("the file %s is fetched without the bot token, or without files:read", id)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Sign in to Slack</title>")
	case f == nil:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", f.Type)
		_, _ = io.Copy(w, bytes.NewReader(f.Data))
	}
}

// PutFile puts a file of somebody into the workspace, as their client does when they choose it for a
// form, and returns its id.
func (s *Server) PutFile(user, name, mediaType string, data []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &file{ID: s.idLocked("F"), Name: name, Title: name, Type: mediaType, User: user, Data: data, Uploaded: true, Complete: true}
	s.files[f.ID] = f
	return f.ID
}
