// The message box: what can be typed next, what was typed before, and how a command is used.
import { post } from './api.js';
import { h, icon } from './ui.js';

const remembered = 50;

/** Splits a typed text into its command and the rest; null where no command is named yet. */
export function commandOf(text, commands) {
  const words = text.replace(/^\//, '').toLowerCase().split(/\s+/);
  const find = (noun, verb) => {
    const verbs = commands.filter((c) => c.noun === noun);
    return verbs.find((c) => c.verb === verb) || verbs.find((c) => c.default);
  };
  const own = commands.some((c) => c.noun === words[0] && c.verb === words[1]);
  if (!own && words.length > 1 && commands.some((c) => c.noun === words[1])) return find(words[1], words[2]) || null;
  return find(words[0], words[1]) || null;
}

export const typed = (c) => (c.default ? `/${c.noun}` : `/${c.noun} ${c.verb}`);

export class Composer {
  /** env: user(), conversation() {id, private, label}, commands(), bot(), send(text). */
  constructor(root, env) {
    this.env = env;
    this.items = [];
    this.at = -1;
    this.asked = 0;
    this.past = -1;
    this.list = h('ul', { class: 'suggestions', id: 'suggestions', role: 'listbox', 'aria-label': 'Suggestions', hidden: true });
    this.usage = h('div', { class: 'usage', id: 'usage', hidden: true });
    this.input = h('input', {
      id: 'input', class: 'message-input', type: 'text', role: 'combobox', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', maxlength: '4000',
      enterkeyhint: 'send', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'suggestions', 'aria-describedby': 'usage', 'aria-label': 'Message',
      oninput: () => { this.past = -1; this.update(); },
      onkeydown: (e) => this.key(e),
      onblur: () => setTimeout(() => { if (document.activeElement !== this.input) this.close(); }, 150),
    });
    const button = h('button', { type: 'submit', class: 'button primary square send', 'aria-label': 'Send' }, icon('send'));
    const form = h('form', { class: 'composer-row', onsubmit: (e) => { e.preventDefault(); this.send(); } }, this.input, button);
    root.replaceChildren(this.list, this.usage, form);
  }

  focus() {
    this.input.focus();
  }

  /** Puts a text into the box, to be finished or sent. */
  put(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.update();
  }

  place() {
    const to = this.env.conversation();
    this.input.placeholder = window.innerWidth < 500 ? 'Message, or / for a command' : `Message ${to.label}, or / for a command`;
    this.input.setAttribute('aria-label', `Message ${to.label}`);
    this.close();
    this.hint();
  }

  // --- suggestions -----------------------------------------------------------------------------

  update() {
    this.hint();
    const text = this.input.value;
    clearTimeout(this.timer);
    this.asked += 1;
    if (!text.startsWith('/') || this.input.selectionEnd !== text.length) {
      this.close();
      return;
    }
    if (/^\/\S*$/.test(text)) {
      this.show(this.names(text), 'command');
      return;
    }
    if (this.kind === 'command') this.close();
    const asked = this.asked;
    this.timer = setTimeout(async () => {
      try {
        const answer = await post('/api/suggest', { user: this.env.user(), conversation: this.env.conversation().id, text });
        if (asked !== this.asked || document.activeElement !== this.input) return;
        const start = text.length - /\S*$/.exec(text)[0].length;
        this.show((answer.choices || []).map((c) => ({ label: c.label, hint: c.hint, insert: text.slice(0, start) + c.value + (c.value.endsWith(':') ? '' : ' ') })), 'argument');
      } catch {
        // Suggestions are a help; without them the command can be typed all the same.
        this.close();
      }
    }, 90);
  }

  names(text) {
    const want = text.slice(1).toLowerCase();
    const rank = (c) => {
      if (c.noun === want) return 0;
      if (c.noun.startsWith(want)) return 1;
      if (want && c.verb.startsWith(want)) return 2;
      if (want.length > 2 && c.summary.toLowerCase().includes(want)) return 3;
      return 9;
    };
    const ranked = this.env.commands().map((c) => ({ c, rank: rank(c) }));
    // What merely speaks of the word is offered where no command bears it.
    const most = ranked.some((x) => x.rank < 3) ? 3 : 9;
    return ranked.filter((x) => x.rank < most)
      .sort((a, b) => a.rank - b.rank || Number(b.c.default) * (a.c.noun === b.c.noun) - Number(a.c.default) * (a.c.noun === b.c.noun))
      .map(({ c }) => ({ label: typed(c), verb: c.default ? c.verb : '', hint: c.summary, roles: c.roles, insert: `${typed(c)} ` }));
  }

  show(items, kind) {
    this.items = items;
    this.kind = kind;
    const exact = items.some((i) => i.insert.trim() === this.input.value.trim());
    this.at = kind === 'command' && items.length && !exact && this.input.value.length > 1 ? 0 : -1;
    this.list.replaceChildren(...items.map((item, i) => h('li', {
      id: `suggestion-${i}`, role: 'option', 'aria-selected': 'false', class: 'suggestion',
      onpointerdown: (e) => e.preventDefault(),
      onclick: () => this.accept(i),
    }, h('span', { class: 'suggestion-label' }, item.label, item.verb ? h('span', { class: 'muted', text: ` ${item.verb}` }) : null),
    h('span', { class: 'suggestion-hint', text: item.hint || '' }),
    item.roles?.length ? h('span', { class: 'tag', text: item.roles.join(', ').replaceAll('_', ' ') }) : null)));
    this.list.hidden = items.length === 0;
    this.input.setAttribute('aria-expanded', String(items.length > 0));
    this.mark();
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.items = [];
    this.at = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  mark() {
    [...this.list.children].forEach((el, i) => el.setAttribute('aria-selected', String(i === this.at)));
    const active = this.list.children[this.at];
    if (active) {
      this.input.setAttribute('aria-activedescendant', active.id);
      active.scrollIntoView({ block: 'nearest' });
    } else this.input.removeAttribute('aria-activedescendant');
  }

  accept(i) {
    const item = this.items[i];
    if (item) this.put(item.insert);
  }

  hint() {
    const text = this.input.value;
    const command = text.startsWith('/') ? commandOf(text, this.env.commands()) : null;
    const to = this.env.conversation();
    this.usage.replaceChildren();
    if (command && /^\/\S+/.test(text)) {
      const word = /\S*$/.exec(text)[0];
      const given = text.trim().split(/\s+/).length > typed(command).split(' ').length;
      const about = command.params?.find((p) => (word.includes(':') ? p.name === word.split(':')[0] : /^[+-]/.test(word) ? p.flag : !given && p.required));
      this.usage.append(h('div', {}, h('code', { class: 'usage-line', text: command.usage })),
        h('div', { class: 'muted' }, about?.help ? [h('strong', { text: about.name }), ` ${about.help}`] : command.summary,
          command.examples?.length ? [' · e.g. ', h('code', { text: command.examples[0] })] : null));
    } else if (to.private && text && !text.startsWith('/')) {
      this.usage.append(h('span', { class: 'muted', text: `${this.env.bot()} reads commands only: begin with /` }));
    }
    this.usage.hidden = !this.usage.hasChildNodes();
  }

  // --- keys, history, sending ------------------------------------------------------------------

  key(e) {
    if (e.isComposing) return;
    const open = this.items.length > 0;
    const move = (by) => {
      e.preventDefault();
      const n = this.items.length;
      this.at = this.at < 0 ? (by > 0 ? 0 : n - 1) : (this.at + by + n) % n;
      this.mark();
    };
    switch (e.key) {
      case 'ArrowDown':
        if (open && this.past < 0) move(1);
        else if (this.past >= 0) this.recall(-1, e);
        break;
      case 'ArrowUp':
        if (open && this.past < 0) move(-1);
        else if (this.past >= 0 || this.input.value === '') this.recall(1, e);
        break;
      case 'Tab':
        if (open && !e.shiftKey) {
          e.preventDefault();
          this.accept(Math.max(this.at, 0));
        }
        break;
      case 'Enter':
        if (open && this.at >= 0) {
          e.preventDefault();
          this.accept(this.at);
        }
        break;
      case 'Escape':
        if (open) {
          e.preventDefault();
          this.close();
        }
        break;
      default:
    }
  }

  get store() {
    return `said:${this.env.user()}`;
  }

  history() {
    try {
      return JSON.parse(localStorage.getItem(this.store)) || [];
    } catch {
      return [];
    }
  }

  remember(text) {
    const list = [text, ...this.history().filter((x) => x !== text)].slice(0, remembered);
    try {
      localStorage.setItem(this.store, JSON.stringify(list));
    } catch {
      // A browser that keeps nothing has no history.
    }
  }

  recall(by, e) {
    const list = this.history();
    const next = this.past + by;
    if (next >= list.length || !list.length) return;
    e.preventDefault();
    this.past = Math.max(next, -1);
    this.input.value = this.past < 0 ? '' : list[this.past];
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.close();
    this.hint();
  }

  async send() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = '';
    this.past = -1;
    this.close();
    this.hint();
    // What holds a secret is not kept.
    if (!commandOf(text, this.env.commands())?.params?.some((p) => p.secret)) this.remember(text);
    if (!(await this.env.send(text)) && this.input.value === '') this.put(text);
  }
}
