// Forms: a dialog that keeps what is typed, says what is wrong at the field, and loses nothing.
import { Failure, post } from './api.js';
import { plain, text } from './cards.js';
import { ago, announce, h, icon, longDay, openDialog, released, size, toast, uid, uuid, wallClock } from './ui.js';

const fewChoices = 5;
const isDate = /^\d{4}-\d{2}-\d{2}$/;
const isTime = /^\d{2}:\d{2}$/;
const isWall = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/** What a field of one type needs: an element, what it holds, and where the focus goes. */
function control(field, ids, env) {
  const first = (field.value || [])[0] ?? '';
  const described = { 'aria-describedby': ids.described, 'aria-required': field.required ? 'true' : undefined };
  const line = (props = {}, value = first) => {
    const el = h('input', { id: ids.control, class: 'input', type: 'text', autocomplete: 'off', maxlength: field.max || undefined, placeholder: field.example ? `e.g. ${field.example}` : undefined, ...described, ...props });
    el.value = value;
    return { el, target: el, read: () => (el.value.trim() === '' ? [] : [el.value]) };
  };
  const people = () => (field.choices?.length ? field.choices : env.people.map((p) => ({ label: p.name, value: p.user, hint: p.about })));
  switch (field.input) {
    case 'long_text': {
      const el = h('textarea', { id: ids.control, class: 'input', rows: '4', maxlength: field.max || undefined, placeholder: field.example ? `e.g. ${field.example}` : undefined, ...described });
      el.value = first;
      return { el, target: el, read: () => (el.value.trim() === '' ? [] : [el.value]) };
    }
    case 'number': return line({ inputmode: 'decimal' });
    case 'money': return line({ inputmode: 'text' });
    case 'date': return first && !isDate.test(first) ? line() : echoed(line({ type: 'date' }));
    case 'time': return first && !isTime.test(first) ? line() : line({ type: 'time' });
    case 'date_time': {
      const at = new Date(first);
      const wall = isWall.test(first) ? first : /T.*(Z|[+-]\d{2}:\d{2})$/.test(first) && !Number.isNaN(at.getTime()) ? wallClock(at) : '';
      return first && !wall ? line() : echoed(line({ type: 'datetime-local' }, wall));
    }
    case 'choice': return field.required && field.choices?.length && field.choices.length <= fewChoices ? options(field, ids, field.choices, 'radio') : select(field, ids, field.choices || [], described);
    case 'choices': return options(field, ids, field.choices || [], 'checkbox');
    case 'rating': return options(field, ids, field.choices?.length ? field.choices : [1, 2, 3, 4, 5].map((n) => ({ label: `${n}`, value: `${n}` })), 'radio', 'rating');
    case 'person': return select(field, ids, people(), described);
    case 'people': return options(field, ids, people(), 'checkbox');
    case 'file': return upload(field, ids, env, described);
    default: return line();
  }
}

/** A date picker with the day in words below: each browser orders the numbers in its own way. */
function echoed(made) {
  const echo = h('span', { class: 'echo' });
  const say = () => { echo.textContent = made.target.value ? longDay(made.target.value.slice(0, 10)) : ''; };
  made.target.addEventListener('input', say);
  say();
  return { ...made, el: h('div', {}, made.el, echo) };
}

function select(field, ids, choices, described) {
  const held = (field.value || [])[0] ?? '';
  const known = choices.some((c) => c.value === held);
  const el = h('select', { id: ids.control, class: 'input', ...described },
    h('option', { value: '', text: field.required ? 'Choose…' : 'None' }),
    held && !known ? h('option', { value: held, text: held }) : null,
    choices.map((c) => h('option', { value: c.value, text: c.hint ? `${c.label} · ${c.hint}` : c.label })));
  el.value = held;
  return { el, target: el, read: () => (el.value === '' ? [] : [el.value]) };
}

function options(field, ids, choices, type, cls = 'options') {
  const held = new Set(field.value || []);
  const inputs = choices.map((c, i) => h('input', { type, name: ids.control, id: `${ids.control}-${i}`, value: c.value, checked: held.has(c.value), 'aria-describedby': ids.described }));
  const el = h('div', { class: cls }, choices.map((c, i) => h('label', { class: 'option', for: inputs[i].id }, inputs[i],
    h('span', { class: 'grow' }, h('span', { class: 'option-label', text: c.label }), c.hint && h('span', { class: 'option-hint', text: c.hint })))));
  return { el, group: true, instant: true, target: () => inputs.find((x) => x.checked) || inputs[0], read: () => inputs.filter((x) => x.checked).map((x) => x.value) };
}

function upload(field, ids, env, described) {
  let kept = field.value || [];
  const state = h('span', { class: 'muted', text: kept.length ? 'A file is kept from before.' : `Up to ${size(env.maxUpload)}.` });
  const drop = h('button', { type: 'button', class: 'button small', hidden: !kept.length, text: 'Remove', onclick: () => {
    kept = [];
    input.value = '';
    show(`Up to ${size(env.maxUpload)}.`);
    input.focus();
    env.changed(field.name);
  } });
  const input = h('input', { id: ids.control, class: 'input', type: 'file', ...described, onchange: async () => {
    const chosen = input.files[0];
    if (!chosen) return;
    if (chosen.size > env.maxUpload) {
      env.wrong(field.name, `This file has ${size(chosen.size)}; at most ${size(env.maxUpload)} fit.`);
      input.value = '';
      return;
    }
    show(`Sending ${chosen.name}…`);
    const before = kept;
    try {
      const sent = await env.upload(field.name, chosen);
      kept = sent || before;
      show(kept.length ? `${chosen.name}, ${size(chosen.size)}` : 'This file was not kept.');
    } catch (e) {
      input.value = '';
      show(before.length ? 'The file from before is kept.' : '');
      env.wrong(field.name, `${e.message} Choose the file again.`);
    }
  } });
  const show = (words) => {
    state.textContent = words;
    drop.hidden = !kept.length;
  };
  return { el: h('div', { class: 'upload' }, input, h('div', { class: 'row' }, state, drop)), target: input, instant: true, own: true, read: () => kept };
}

class Field {
  constructor(spec, env) {
    const id = uid('field');
    this.spec = spec;
    this.ids = { control: id, hint: `${id}-hint`, error: `${id}-error`, described: `${id}-hint ${id}-error` };
    this.control = control(spec, this.ids, env);
    const mark = spec.required ? null : h('span', { class: 'optional', text: 'optional' });
    const hints = [spec.hint, spec.input === 'date_time' && env.zone ? `Time in ${env.zone}.` : '', this.control.group && spec.example && !spec.choices ? `e.g. ${spec.example}` : ''].filter(Boolean).join(' ');
    const hint = h('p', { class: 'hint', id: this.ids.hint, text: hints, hidden: !hints });
    this.error = h('p', { class: 'error', id: this.ids.error, hidden: true });
    this.el = this.control.group
      ? h('fieldset', { class: 'field' }, h('legend', {}, spec.label, mark), hint, this.control.el, this.error)
      : h('div', { class: 'field' }, h('label', { for: this.ids.control }, spec.label, mark), hint, this.control.el, this.error);
  }

  focus() {
    const target = this.control.target;
    (typeof target === 'function' ? target() : target)?.focus();
  }

  read() {
    return this.control.read();
  }

  say(message) {
    this.error.textContent = message || '';
    this.error.hidden = !message;
    this.el.classList.toggle('wrong', Boolean(message));
    const targets = this.control.group ? this.control.el.querySelectorAll('input') : [this.control.target];
    for (const t of targets) {
      if (message) t.setAttribute('aria-invalid', 'true');
      else t.removeAttribute('aria-invalid');
    }
  }
}

let current = null;

/**
 * Opens a form. env: user, zone, people, maxUpload, conversation, message (whose button it was), and
 * answered(answer), which shows what came of it.
 */
export async function openForm(form, env) {
  if (current) await current.leave();
  current = new OpenForm(form, env);
}

class OpenForm {
  constructor(form, env) {
    this.form = form;
    this.env = env;
    this.draft = form.draft || '';
    this.dirty = false;
    this.saved = '';
    this.queue = Promise.resolve();
    this.attempt = null;
    this.sending = false;
    const title = uid('form');
    const fieldEnv = {
      people: env.people, zone: env.zone, maxUpload: env.maxUpload,
      changed: (name) => this.touched(name, true),
      wrong: (name, message) => this.fields.find((f) => f.spec.name === name)?.say(message),
      upload: (name, chosen) => this.upload(name, chosen),
    };
    this.fields = (form.fields || []).map((spec) => new Field(spec, fieldEnv));
    this.alert = h('div', { class: 'form-alert', role: 'alert', tabindex: '-1', hidden: true });
    this.note = h('span', { class: 'save-note', role: 'status' });
    this.send = h('button', { type: 'submit', class: 'button primary' }, h('span', { text: form.submit }));
    const body = h('div', { class: 'dialog-body' },
      form.saved ? h('div', { class: 'kept' }, h('span', {}, 'Continuing what you typed ', h('time', { datetime: form.saved, text: ago(form.saved) }), '.'),
        form.startOver ? h('button', { type: 'button', class: 'button small', text: 'Start over', onclick: () => this.startOver() }) : null) : null,
      form.note?.length ? text(form.note, 'p', 'form-note') : null,
      this.alert,
      this.fields.map((f) => f.el));
    const el = h('form', { novalidate: true, class: 'form' },
      h('header', { class: 'dialog-head' }, h('h2', { id: title, text: form.title }),
        h('button', { type: 'button', class: 'quiet square', 'aria-label': 'Close this form', onclick: () => this.leave(true) }, icon('close'))),
      body,
      h('footer', { class: 'dialog-foot' }, this.note, h('button', { type: 'button', class: 'button', text: 'Cancel', onclick: () => this.leave(true) }), this.send));
    el.addEventListener('submit', (e) => { e.preventDefault(); this.submit(); });
    this.dialog = h('dialog', { class: 'dialog', 'aria-labelledby': title }, el);
    this.dialog.addEventListener('cancel', (e) => { e.preventDefault(); this.leave(true); });
    for (const f of this.fields) {
      if (f.control.own) continue;
      f.el.addEventListener('input', () => this.touched(f.spec.name, f.control.instant));
      f.el.addEventListener('focusout', (e) => {
        if (!f.el.contains(e.relatedTarget) && this.unchecked === f.spec.name) this.touched(f.spec.name, true);
      });
    }
    this.initial = JSON.stringify(this.values());
    openDialog(this.dialog);
    // What was kept is shown from its beginning; a new form opens at the first thing that it needs.
    const start = (!form.saved && this.fields.find((f) => f.spec.required && f.read().length === 0)) || this.fields[0];
    if (start) start.focus();
    else this.send.focus();
  }

  values() {
    return Object.fromEntries(this.fields.map((f) => [f.spec.name, f.read()]));
  }

  body(more) {
    return { user: this.env.user, conversation: this.env.conversation, message: this.env.message, call: this.form.call, draft: this.draft, values: this.values(), id: uuid(), ...more };
  }

  /** Something was typed: it is kept in a moment, or at once when the field was left. */
  touched(name, now) {
    this.dirty = true;
    this.unchecked = name;
    clearTimeout(this.timer);
    if (now) this.save(name);
    else this.timer = setTimeout(() => this.save(''), 600);
  }

  /** Keeps what is typed. One request runs at a time, so that none overtakes another. */
  save(focus) {
    clearTimeout(this.timer);
    if (focus) this.unchecked = undefined;
    const field = this.fields.find((f) => f.spec.name === focus);
    this.queue = this.queue.then(async () => {
      const values = JSON.stringify(this.values());
      if (values === this.saved && !focus) return;
      this.say('Saving…');
      try {
        const answer = await post('/api/change', this.body({ focus: focus || undefined }));
        await released();
        this.draft = answer.draft || this.draft;
        if (answer.code) {
          this.say(`Not saved: ${gistOf(answer)}`);
          return;
        }
        this.saved = values;
        this.say('Saved');
        if (field) field.say((answer.errors || []).find((e) => e.field === focus)?.message);
      } catch (e) {
        this.say(`Not saved: ${e.message}`);
      }
    });
    return this.queue;
  }

  say(words) {
    this.note.replaceChildren(words === 'Saved' ? icon('check') : '', words);
  }

  upload(name, chosen) {
    const job = this.queue.then(async () => {
      const data = new FormData();
      data.append('form', JSON.stringify(this.body({ field: name })));
      data.append('file', chosen, chosen.name);
      this.say('Sending the file…');
      const answer = await post('/api/upload', data);
      if (answer.code) throw new Failure(gistOf(answer));
      const wrong = (answer.errors || []).find((e) => e.field === name);
      this.fields.find((f) => f.spec.name === name).say(wrong?.message);
      this.draft = answer.draft || this.draft;
      this.dirty = true;
      this.say('Saved');
      return answer.values?.[name];
    });
    this.queue = job.catch((e) => this.say(`Not saved: ${e.message}`));
    return job;
  }

  trouble(message) {
    this.alert.hidden = !message;
    this.alert.textContent = message || '';
  }

  async submit() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    this.send.classList.add('busy');
    this.send.setAttribute('aria-disabled', 'true');
    this.trouble('');
    await this.queue;
    // The same values sent again after the network failed are one attempt, which acts once.
    const values = JSON.stringify(this.values());
    if (this.attempt?.values !== values) this.attempt = { values, id: uuid() };
    try {
      const answer = await post('/api/submit', this.body({ id: this.attempt.id }));
      this.attempt = null;
      if (answer.errors?.length) this.show(answer);
      else {
        this.close();
        this.env.answered(answer);
      }
    } catch (e) {
      if (!e.network) this.attempt = null;
      this.trouble(`${e.message} Everything you typed is still here: press “${this.form.submit}” to try again.`);
      this.alert.focus();
    } finally {
      this.sending = false;
      this.send.classList.remove('busy');
      this.send.removeAttribute('aria-disabled');
    }
  }

  /** Shows what is wrong, each thing at its field, and goes to the first. */
  show(answer) {
    this.draft = answer.draft || this.draft;
    this.saved = JSON.stringify(this.values());
    this.dirty = true;
    const general = [];
    for (const f of this.fields) f.say(answer.errors.filter((e) => e.field === f.spec.name).map((e) => e.message).join(' '));
    for (const e of answer.errors) if (!this.fields.some((f) => f.spec.name === e.field)) general.push(e.message);
    this.trouble(general.join(' '));
    const first = this.fields.find((f) => !f.error.hidden);
    if (first) {
      first.focus();
      const count = this.fields.filter((f) => !f.error.hidden).length;
      this.say(count === 1 ? '1 field needs another look' : `${count} fields need another look`);
    } else this.alert.focus();
  }

  async startOver() {
    if (this.sending) return;
    this.sending = true;
    try {
      await this.queue;
      const answer = await post('/api/press', { user: this.env.user, conversation: this.env.conversation, message: this.env.message || 'home', call: this.form.startOver, id: uuid() });
      this.close();
      this.env.answered(answer);
    } catch (e) {
      this.trouble(e.message);
    } finally {
      this.sending = false;
    }
  }

  /** Closes without sending. What was typed is kept, and said to be. */
  async leave(tell) {
    if (this.sending) return;
    const typed = JSON.stringify(this.values()) !== this.initial;
    const unsaved = JSON.stringify(this.values()) !== this.saved;
    this.close();
    if (!this.dirty && !typed) return;
    if (unsaved) await this.save('');
    else await this.queue;
    if (tell && this.draft) {
      toast('What you typed is kept as a draft. Run the command again to go on.');
      announce('The form is closed. What you typed is kept as a draft.');
    }
  }

  close() {
    clearTimeout(this.timer);
    if (current === this) current = null;
    this.dialog.close();
  }
}

const gistOf = (answer) => answer.card?.title || plain(answer.card?.body?.find((n) => n.type === 'text')?.text) || 'something went wrong.';
