// The clock above the messages, where the time can be put forward: what it shows, how to move it, and for whom
// something came by that.
import { post } from './api.js';
import { announce, h, icon, instant, longDay, menu, now, openDialog, uid, wallClock, zoneHere } from './ui.js';

const day = 86400000;
const most = 14 * day;
const moves = [
  { label: '+15 min', move: { by: '15m' } },
  { label: '+1 hour', move: { by: '1h' } },
  { label: 'Next morning', move: { to: 'morning' }, hint: '9:30 am of the next working day' },
];

/** env: user, person (by user), clocked (shows what came of a move), become (somebody), show (a conversation). */
export class ClockBar {
  constructor(box, env) {
    Object.assign(this, { box, env, moving: false, last: undefined, minute: 0 });
    this.face = h('span', { class: 'clock-face' });
    this.buttons = moves.map((m) => h('button', { type: 'button', class: 'button small', title: m.hint, onclick: (e) => this.go(m.move, e.currentTarget) }, h('span', { text: m.label })));
    this.more = h('button', { type: 'button', class: 'button small', 'aria-label': 'More ways to move the time', 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => this.menu() }, icon('more'));
    this.news = h('p', { class: 'clock-news' });
    box.replaceChildren(
      h('p', { class: 'clock-now' }, icon('clock'), this.face),
      h('div', { class: 'clock-moves', role: 'group', 'aria-label': 'Move the time' }, this.buttons, this.more),
      this.news,
    );
    setInterval(() => this.tick(), 1000);
  }

  /** Draws what the server says of its clock; undefined where that cannot be moved. */
  draw(clock) {
    this.box.hidden = !clock;
    if (!clock) return;
    this.tick(true);
    if (!this.moving) this.tell(clock.last);
  }

  tick(anyway = false) {
    const at = now();
    const minute = Math.floor(at / 60000);
    if (this.box.hidden || !anyway && minute === this.minute) return;
    this.minute = minute;
    const time = instant(at.toISOString());
    // The day and the time of it are two lines where there is no room for one.
    const [date, ...rest] = time.textContent.split(', ');
    time.replaceChildren(h('span', { text: `${date}, ` }), h('span', { text: rest.join(', ') }));
    this.face.replaceChildren(time);
  }

  /** Says what came, and for whom: each name leads there. */
  tell(last) {
    this.last = last;
    this.news.classList.toggle('trouble', Boolean(last?.problem));
    if (!last) {
      this.news.replaceChildren('Move the time to see what comes later.');
      return;
    }
    const parts = last.arrived.map((a, i) => {
      const count = i === 0 ? `${a.count} ${a.count === 1 ? 'message' : 'messages'}` : `${a.count}`;
      const place = h('button', {
        type: 'button', class: 'clock-whom', text: a.user ? this.env.person(a.user).name : `#${a.conversation}`,
        onclick: () => (a.user ? this.env.become(a.user) : this.env.show(a.conversation)),
      });
      return h('span', {}, i === 0 ? '' : ', ', `${count} ${a.user ? 'to' : 'in'} `, place);
    });
    // Where there is little room, the clock above says until when.
    this.news.replaceChildren(h('span', { class: parts.length ? 'clock-until' : '' }, 'Until ', instant(last.until), ': ', parts.length ? '' : 'nothing came.'), ...parts, last.problem ? h('span', { class: 'clock-problem', text: `${parts.length ? '.' : ''} ${last.problem}` }) : '');
  }

  /** Moves the time; resolves to what went wrong, as text, or to ''. */
  async go(move, button) {
    if (this.moving) return '';
    this.busy(true, button);
    try {
      const clock = await post('/api/clock', { user: this.env.user(), zone: zoneHere(), ...move });
      this.busy(false, button);
      this.env.clocked(clock);
      announce(this.news.textContent);
      return '';
    } catch (e) {
      this.busy(false, button);
      this.tell(this.last);
      if (button) { // else it is said where the time was typed
        this.news.classList.add('trouble');
        this.news.replaceChildren(e.message);
        announce(e.message);
      }
      return e.message;
    }
  }

  busy(on, button) {
    this.moving = on;
    this.box.setAttribute('aria-busy', String(on));
    for (const b of [...this.buttons, this.more]) b.setAttribute('aria-disabled', String(on));
    button?.classList.toggle('busy', on);
    if (on) {
      this.news.classList.remove('trouble');
      this.news.replaceChildren('Time goes on…');
    }
  }

  menu() {
    if (this.moving) return;
    // What there is no room for stands here.
    const hidden = moves.filter((_, i) => !this.buttons[i].checkVisibility());
    menu(this.more, [
      ...hidden.map((m) => ({ label: m.label, run: () => this.go(m.move, this.more) })),
      { label: 'Next message', hint: 'Until something comes for somebody', run: () => this.go({ to: 'message' }, this.more) },
      { label: 'To a time…', hint: 'A day and a time of the next two weeks', run: () => this.ask() },
    ], { label: 'Move the time', width: 240 });
  }

  /** Asks for a time. */
  ask() {
    const id = uid('clock');
    const wrong = h('p', { class: 'error', id: `${id}-error`, role: 'alert', hidden: true });
    const input = h('input', {
      class: 'input', id, type: 'datetime-local', required: true, value: wallClock(new Date(now().getTime() + 3600000)), 'aria-describedby': `${id}-hint ${id}-error`,
      min: wallClock(now()), max: wallClock(new Date(now().getTime() + most)),
    });
    const echo = h('span', { class: 'echo' });
    const say = () => { echo.textContent = longDay(input.value.slice(0, 10)); };
    input.addEventListener('input', say);
    say();
    const field = h('div', { class: 'field' }, h('label', { for: id, text: 'Until when' }), h('p', { class: 'hint', id: `${id}-hint`, text: `Time in ${zoneHere()}, at most 14 days ahead. Time does not go back.` }), input, echo, wrong);
    const send = h('button', { type: 'submit', class: 'button primary' }, h('span', { text: 'Go there' }));
    const form = h('form', {
      novalidate: true,
      onsubmit: async (e) => {
        e.preventDefault();
        send.classList.add('busy');
        const problem = await this.go({ at: input.value || 'none' });
        send.classList.remove('busy');
        if (!problem) {
          dialog.close();
          return;
        }
        field.classList.add('wrong');
        input.setAttribute('aria-invalid', 'true');
        wrong.textContent = problem;
        wrong.hidden = false;
        input.focus();
      },
    }, field, h('div', { class: 'buttons end' }, h('button', { type: 'button', class: 'button', text: 'Cancel', onclick: () => dialog.close() }), send));
    const dialog = h('dialog', { class: 'dialog small', 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title`, text: 'Move the time' }), form);
    openDialog(dialog);
    input.focus();
  }
}
