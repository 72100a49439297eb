// The page: who is looking, at which conversation, and what is said there.
import { Stream, get, post } from './api.js';
import { dispose, drawCard, gist } from './cards.js';
import { ClockBar } from './clock.js';
import { Composer, typed } from './composer.js';
import { openForm } from './forms.js';
import { announce, avatar, botAvatar, dayOf, dayTitle, h, icon, menu, openDialog, setNow, setZone, stamp, toast, uid, uuid } from './ui.js';

const home = 'home';
const $ = (id) => document.getElementById(id);

const S = { state: null, messages: new Map(), unread: { conversations: {}, people: {} }, active: '', homeCard: null, pending: new Map() };
let stream = null;
let composer = null;
let clockBar = null;
let loading = 0;

const conversation = (id) => S.state.conversations.find((c) => c.id === id);
const isHome = () => S.active === home;
/** Where a command goes that is typed at home: to the direct messages. */
const target = () => (isHome() ? S.state.conversations.find((c) => c.private) : conversation(S.active));
const person = (user) => S.state.people.find((p) => p.user === user) || { user, name: user };
const nameOf = (c) => (c.private ? c.name : `#${c.name}`);

// --- loading ----------------------------------------------------------------------------------

function place() {
  const url = new URL(window.location.href);
  return { as: url.searchParams.get('as'), in: url.searchParams.get('in') };
}

function setPlace(push) {
  const url = new URL(window.location.href);
  url.search = new URLSearchParams({ as: S.state.me.user, in: S.active });
  window.history[push ? 'pushState' : 'replaceState'](null, '', url);
}

async function firstUser() {
  const asked = place().as;
  if (asked) return asked;
  try {
    return localStorage.getItem('as') || '';
  } catch {
    return '';
  }
}

/** Loads everything as somebody sees it, and follows the news from there. */
async function load(user, wanted) {
  loading += 1;
  const turn = loading;
  const state = await get('/api/state', { user });
  if (turn !== loading) return;
  // Not before: where the server cannot be reached, the page goes on as it was.
  stream?.close();
  S.state = state;
  S.messages = new Map(state.conversations.map((c) => [c.id, []]));
  for (const m of state.messages) S.messages.get(m.conversation)?.push(m);
  S.unread = state.unread;
  S.homeCard = null;
  S.pending.clear();
  setZone(state.me.zone);
  setNow(state.at);
  try {
    localStorage.setItem('as', state.me.user);
  } catch {
    // The URL says it too.
  }
  stream = new Stream(state.me.user, state.cursor, {
    message: (m) => upsert(m, true),
    removed: ({ conversation: c, id }) => remove(c, id),
    clock: clocked,
    unread: (counts) => { S.unread = counts; drawUnread(); read(); },
    resync: () => load(state.me.user, S.active).catch(lost),
    connected: (on) => connection(on),
  });
  clockBar.draw(state.clock);
  drawSidebar();
  show(wanted === home || conversation(wanted) ? wanted : state.conversations[0].id, false);
}

const lost = (e) => toast(e.message, true);

/** Shows what came of putting the clock forward, here or in another window. */
function clocked(clock) {
  setNow(clock.at);
  clockBar.draw(clock);
  for (const line of $('messages').querySelectorAll('.day')) titleDay(line);
  if (isHome()) refreshHome();
}

async function start() {
  composer = new Composer($('composer'), {
    user: () => S.state.me.user,
    conversation: () => { const c = target(); return { id: c.id, private: Boolean(c.private), label: nameOf(c) }; },
    commands: () => S.state.commands,
    bot: () => S.state.bot,
    send,
  });
  clockBar = new ClockBar($('clock'), { user: () => S.state.me.user, person, clocked, become: (user) => become(user, `@${user}`), show: (id) => show(id, true) });
  const asked = await firstUser();
  try {
    await load(asked || await anybody(), place().in);
  } catch (e) {
    try {
      await load(await anybody(), place().in);
      if (asked && place().as === asked) toast(`There is nobody called “${asked}” here. You are ${S.state.me.name}.`);
    } catch {
      $('messages').replaceChildren(h('div', { class: 'empty' }, h('h2', { text: 'The playground cannot be reached' }),
        h('p', { text: e.message }), h('button', { type: 'button', class: 'button primary', text: 'Try again', onclick: () => window.location.reload() })));
      return;
    }
  }
  setPlace(false);
}

async function anybody() {
  return (await get('/api/people', {})).people[0].user;
}

let offTimer = 0;
function connection(on) {
  if (on) {
    clearTimeout(offTimer);
    offTimer = 0;
    $('connection').replaceChildren();
  } else if (!offTimer) {
    // The browser tells of every attempt that fails; the first one counts.
    offTimer = setTimeout(() => $('connection').replaceChildren('Connection lost. Trying again…'), 1500);
  }
}

// --- sidebar ----------------------------------------------------------------------------------

function drawSidebar() {
  const { state } = S;
  const me = h('button', {
    type: 'button', class: 'me', id: 'me', 'aria-haspopup': 'menu', 'aria-expanded': 'false',
    onclick: () => menu(me, state.people.map((p) => ({
      label: p.name, hint: p.about, current: p.user === state.me.user, lead: avatar(p.name, p.user), badge: p.user === state.me.user ? 0 : S.unread.people[p.user], run: () => become(p.user),
    })), { label: 'Be somebody else', width: 260 }),
  }, avatar(state.me.name, state.me.user), h('span', { class: 'grow' }, h('span', { class: 'me-name' }, h('span', { class: 'hidden', text: 'You are ' }), state.me.name), h('span', { class: 'me-about', text: state.me.about || '' })),
  h('span', { class: 'badge', id: 'others', hidden: true }), icon('chevron'));
  const link = (id, lead, label, title) => h('li', {}, h('a', {
    href: `?${new URLSearchParams({ as: state.me.user, in: id })}`, class: 'place', dataset: { place: id }, title,
    onclick: (e) => {
      if (e.metaKey || e.ctrlKey || e.shiftKey) return;
      e.preventDefault();
      show(id, true);
    },
  }, lead, h('span', { class: 'place-name', text: label }), h('span', { class: 'badge', hidden: true })));
  const channels = state.conversations.filter((c) => !c.private);
  const direct = state.conversations.filter((c) => c.private);
  const heading = (words) => h('h2', { class: 'section', id: `section-${words.replace(/\W/g, '')}`, text: words });
  const list = (words, items) => [heading(words), h('ul', { class: 'places', 'aria-labelledby': `section-${words.replace(/\W/g, '')}` }, items)];
  $('sidebar').replaceChildren(
    h('div', { class: 'workspace' }, h('img', { src: '/assets/icon.svg', alt: '', width: '28', height: '28' }), h('span', { class: 'workspace-name grow', text: state.workspace }),
      h('button', { type: 'button', class: 'quiet square narrow-only', 'aria-label': 'Close the sidebar', onclick: () => drawer(false) }, icon('close'))),
    me,
    h('button', { type: 'button', class: 'jump', onclick: switcher, 'aria-keyshortcuts': 'Control+K Meta+K' }, icon('search'), h('span', { class: 'grow', text: 'Jump to…' }), h('kbd', { text: /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘ K' : 'Ctrl K' })),
    h('ul', { class: 'places' }, link(home, icon('home'), 'Home')),
    ...list('Channels', channels.map((c) => link(c.id, icon('hash'), c.name, c.about))),
    ...list('Direct messages', direct.map((c) => link(c.id, botAvatar(), c.name))),
    h('div', { class: 'sidebar-foot' }, themeButton(), h('button', { type: 'button', class: 'quiet', id: 'reference', onclick: reference }, icon('book'), 'Commands')));
  drawUnread();
}

function drawUnread() {
  if (!S.state) return;
  let total = 0;
  for (const a of $('sidebar').querySelectorAll('.place')) {
    const n = a.dataset.place === home ? 0 : S.unread.conversations[a.dataset.place] || 0;
    if (a.dataset.place !== S.active || document.hidden) total += n;
    const badge = a.querySelector('.badge');
    badge.hidden = n === 0;
    badge.textContent = n > 99 ? '99+' : n;
    badge.setAttribute('title', `${n} unread`);
    a.classList.toggle('unread', n > 0);
    if (a.dataset.place === S.active) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  const others = Object.entries(S.unread.people).filter(([user]) => user !== S.state.me.user).reduce((sum, [, n]) => sum + n, 0);
  $('others').hidden = others === 0;
  $('others').textContent = others;
  $('others').title = `${others} unread by other people`;
  const where = isHome() ? 'Home' : nameOf(conversation(S.active) || S.state.conversations[0]);
  document.title = `${total ? `(${total}) ` : ''}${where} · ${S.state.workspace}`;
}

const themes = { auto: ['System theme', 'auto'], light: ['Light theme', 'sun'], dark: ['Dark theme', 'moon'] };
function themeButton() {
  const now = () => document.documentElement.dataset.theme || 'auto';
  const draw = () => button.replaceChildren(icon(themes[now()][1]), themes[now()][0]);
  const button = h('button', {
    type: 'button', class: 'quiet', id: 'theme',
    onclick: () => {
      const next = { auto: 'light', light: 'dark', dark: 'auto' }[now()];
      if (next === 'auto') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      try {
        if (next === 'auto') localStorage.removeItem('theme');
        else localStorage.setItem('theme', next);
      } catch {
        // It holds for this page then.
      }
      draw();
      announce(themes[next][0]);
    },
  });
  draw();
  return button;
}

const narrow = window.matchMedia('(max-width: 760px)');
function drawer(open) {
  $('app').classList.toggle('drawer', open);
  $('backdrop').hidden = !open;
  $('sidebar').inert = narrow.matches && !open;
  $('main').inert = narrow.matches && open;
  if (open) $('me')?.focus();
  else if (narrow.matches) $('top').querySelector('button')?.focus();
}
narrow.addEventListener('change', () => {
  $('app').classList.remove('drawer');
  $('backdrop').hidden = true;
  $('sidebar').inert = narrow.matches;
  $('main').inert = false;
});
$('sidebar').inert = narrow.matches;
$('backdrop').addEventListener('click', () => drawer(false));

/** Becomes somebody, in a conversation of theirs or in the one that is open. */
async function become(user, where) {
  const wanted = where || (conversation(S.active)?.private ? `@${user}` : S.active);
  if (user === S.state.me.user) {
    show(wanted, true);
    return;
  }
  try {
    await load(user, wanted);
    setPlace(true);
    announce(`You are ${S.state.me.name} now.`);
  } catch (e) {
    lost(e);
  }
}

// --- the conversation -------------------------------------------------------------------------

function show(id, push) {
  const moved = id !== S.active;
  S.active = id;
  if (push && moved) setPlace(true);
  if (narrow.matches && $('app').classList.contains('drawer')) drawer(false);
  drawTop();
  composer.place();
  drawMessages();
  read();
  drawUnread();
  if (isHome()) refreshHome();
  if (!narrow.matches || push) composer.focus();
}

function drawTop() {
  const c = conversation(S.active);
  const title = isHome() ? 'Home' : c.name;
  const about = isHome() ? `What waits for ${S.state.me.name}` : c.private ? 'Direct messages: only you see these' : c.about;
  $('top').replaceChildren(
    h('button', { type: 'button', class: 'quiet square narrow-only', 'aria-label': 'Open the sidebar', onclick: () => drawer(true) }, icon('menu')),
    isHome() ? icon('home') : c.private ? botAvatar() : icon('hash'),
    h('div', { class: 'grow' }, h('h1', { text: title }), h('p', { class: 'about', text: about || '' })),
    isHome() ? h('button', { type: 'button', class: 'quiet square', 'aria-label': 'Draw home again', onclick: refreshHome }, icon('refresh')) : '',
    h('button', { type: 'button', class: 'quiet square narrow-only', 'aria-label': 'Commands', onclick: reference }, icon('book')));
}

const list = () => S.messages.get(S.active) || [];
const atEnd = () => $('scroll').scrollHeight - $('scroll').scrollTop - $('scroll').clientHeight < 120;
const toEnd = () => { $('scroll').scrollTop = $('scroll').scrollHeight; };
// Who reads the end goes on doing so when the pane changes its size, as for a phone's keyboard.
let endShown = true;
$('scroll').addEventListener('scroll', () => { endShown = atEnd(); });
new ResizeObserver(() => { if (endShown && !isHome()) toEnd(); }).observe($('scroll'));
/** Scrolls to the end, or to the beginning of what is taller than the pane. */
const reveal = (el) => {
  toEnd();
  if (el.offsetHeight > $('scroll').clientHeight - 16) el.scrollIntoView({ block: 'start' });
};

function firstUnread(messages) {
  let left = S.unread.conversations[S.active] || 0;
  for (let i = messages.length - 1; i >= 0 && left > 0; i -= 1) {
    const m = messages[i];
    if (m.author !== S.state.me.user && m.by !== S.state.me.user) {
      left -= 1;
      if (left === 0) return m.id;
    }
  }
  return null;
}

function drawMessages() {
  dispose($('messages'));
  if (isHome()) {
    drawHome();
    return;
  }
  const messages = list();
  if (!messages.length) {
    $('messages').replaceChildren(emptyState());
    return;
  }
  const fresh = firstUnread(messages);
  const out = [];
  let before = null;
  for (const m of messages) {
    if (!before || dayOf(new Date(before.at)) !== dayOf(new Date(m.at))) out.push(dayLine(m));
    if (m.id === fresh) out.push(h('div', { class: 'fresh' }, h('span', { text: 'New' })));
    out.push(drawMessage(m, before));
    before = m;
  }
  $('messages').replaceChildren(...out, ...workingLines());
  toEnd();
}

const dayLine = (m) => titleDay(h('div', { class: 'day', role: 'separator', dataset: { at: m.at } }, h('span')));

/** Says which day it was, as one calls it now. */
function titleDay(line) {
  const title = dayTitle(new Date(line.dataset.at));
  line.setAttribute('aria-label', title);
  line.firstChild.textContent = title;
  return line;
}

function emptyState() {
  const c = conversation(S.active);
  return h('div', { class: 'empty' },
    c.private ? botAvatar() : icon('hash'),
    h('h2', { text: c.private ? `You and ${c.name}` : `This is #${c.name}` }),
    h('p', { text: c.private ? `What ${c.name} tells you alone comes here: answers, and what waits for you.` : 'Nothing was said here yet. Type a command below; answers are for you alone unless they say otherwise.' }),
    chips());
}

function chips() {
  if (!S.state.try.length) return null;
  return h('div', { class: 'chips' }, S.state.try.map((t) => h('button', { type: 'button', class: 'chip', onclick: () => composer.put(t) }, h('span', { class: 'muted', text: 'Try ' }), h('code', { text: t }))));
}

function continues(m, before) {
  return before && !m.card && !before.card && before.author === m.author && Boolean(before.private) === Boolean(m.private)
    && Boolean(before.command) === Boolean(m.command) && new Date(m.at) - new Date(before.at) < 300000 && dayOf(new Date(m.at)) === dayOf(new Date(before.at));
}

function drawMessage(m, before) {
  const own = m.author === S.state.me.user;
  const name = m.author ? person(m.author).name : S.state.bot;
  const follows = continues(m, before);
  const body = m.card ? drawCard(m.card, (call) => press(m, call)) : h('p', { class: m.command ? 'command' : 'text' }, m.command ? h('code', { text: m.text }) : m.text);
  const asker = m.by && !m.private && !conversation(m.conversation)?.private ? person(m.by).name : '';
  return h('article', { class: `message${follows ? ' follows' : ''}${m.private ? ' private' : ''}`, dataset: { id: m.id, rev: m.rev }, 'aria-label': `${name}${own ? ' (you)' : ''}` },
    h('div', { class: 'gutter' }, follows ? stamp(m.at) : m.author ? avatar(name, m.author) : botAvatar()),
    h('div', { class: 'content' },
      follows ? null : h('div', { class: 'byline' }, h('span', { class: 'author', text: name }), m.author ? null : h('span', { class: 'tag', text: 'Bot' }), stamp(m.at),
        m.edited ? h('span', { class: 'muted', text: '(edited)' }) : null, asker ? h('span', { class: 'muted', text: `asked by ${asker}` }) : null,
        m.private ? h('span', { class: 'only' }, icon('eye'), 'Only visible to you') : null),
      body));
}

const element = (id) => $('messages').querySelector(`[data-id="${CSS.escape(id)}"]`);

/** Puts a message where it belongs: in the place of its older self, or in order. */
function upsert(m, live) {
  const messages = S.messages.get(m.conversation);
  if (!messages) return;
  const tell = () => {
    if (live && !m.author) announce(`${S.state.bot}${m.conversation === S.active ? '' : ` in ${nameOf(conversation(m.conversation))}`}: ${m.card ? gist(m.card) : m.text}`);
  };
  const at = messages.findIndex((x) => x.id === m.id);
  if (at >= 0) {
    if (messages[at].rev >= m.rev) return;
    messages[at] = m;
    if (m.conversation === S.active) redraw(m, messages[at - 1]);
    tell();
    return;
  }
  let to = messages.length;
  while (to > 0 && messages[to - 1].seq > m.seq) to -= 1;
  messages.splice(to, 0, m);
  const mine = m.author === S.state.me.user;
  tell();
  if (m.conversation !== S.active) return;
  if (messages.length === 1) {
    drawMessages();
    return;
  }
  const follow = atEnd() || mine || m.by === S.state.me.user;
  const before = messages[to - 1];
  const next = messages[to + 1] && element(messages[to + 1].id);
  const parts = [];
  if (!before || dayOf(new Date(before.at)) !== dayOf(new Date(m.at))) parts.push(dayLine(m));
  parts.push(drawMessage(m, before));
  parts[parts.length - 1].classList.add('arrives');
  if (next) next.before(...parts);
  else {
    const working = $('messages').querySelector('.working');
    if (working) working.before(...parts);
    else $('messages').append(...parts);
  }
  if (follow) reveal(parts[parts.length - 1]);
  read();
}

/** Draws a message again and leaves the focus on the same button. */
function redraw(m, before) {
  const old = element(m.id);
  if (!old) return;
  const key = old.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const drawn = drawMessage(m, before);
  const end = atEnd();
  dispose(old);
  old.replaceWith(drawn);
  drawn.classList.add('changed');
  if (key) (drawn.querySelector(`[data-key="${key}"]`) || drawn.querySelector('.item button, .buttons button') || composer.input).focus();
  if (end) toEnd();
}

function remove(conversationID, id) {
  const messages = S.messages.get(conversationID);
  const at = messages?.findIndex((x) => x.id === id) ?? -1;
  if (at < 0) return;
  messages.splice(at, 1);
  if (conversationID !== S.active) return;
  const el = element(id);
  if (el) {
    dispose(el);
    el.remove();
  }
}

let reading = false;
async function read() {
  if (!S.state || isHome() || document.hidden || reading || !S.unread.conversations[S.active]) return;
  reading = true;
  try {
    S.unread = await post('/api/read', { user: S.state.me.user, conversation: S.active });
    drawUnread();
  } catch {
    // It stays unread, and is tried again with the next message.
  } finally {
    reading = false;
  }
}
document.addEventListener('visibilitychange', () => { read(); drawUnread(); });

// --- acting -----------------------------------------------------------------------------------

function workingLines() {
  return S.pending.get(S.active) ? [h('div', { class: 'working', role: 'status' }, botAvatar(), h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), h('span', { class: 'hidden', text: `${S.state.bot} is working` }))] : [];
}

/** Shows that the bot is at work, once that has taken a moment. */
function working(id) {
  let shown = false;
  const draw = () => {
    $('messages').querySelector('.working')?.remove();
    if (!isHome()) $('messages').append(...workingLines());
    if (shown) toEnd();
  };
  const timer = setTimeout(() => {
    shown = true;
    S.pending.set(id, (S.pending.get(id) || 0) + 1);
    if (id === S.active) draw();
  }, 350);
  return () => {
    clearTimeout(timer);
    if (!shown) return;
    S.pending.set(id, S.pending.get(id) - 1);
    shown = false;
    if (id === S.active) draw();
  };
}

/** Sends what was typed; tells whether it went off. */
async function send(text) {
  const to = target();
  if (isHome()) show(to.id, true);
  const done = text.startsWith('/') ? working(to.id) : () => {};
  const user = S.state.me.user;
  try {
    const answer = await post('/api/command', { user, conversation: to.id, text, id: uuid() });
    if (user === S.state.me.user) answered(answer, { conversation: to.id });
    return true;
  } catch (e) {
    lost(e);
    return false;
  } finally {
    done();
  }
}

async function press(m, call) {
  const user = S.state.me.user;
  const done = working(m.conversation);
  try {
    const answer = await post('/api/press', { user, conversation: m.conversation, message: m.id, call, id: uuid() });
    if (user === S.state.me.user) answered(answer, { conversation: m.conversation, message: m.id });
  } catch (e) {
    lost(e);
  } finally {
    done();
  }
}

/** Shows what an answer holds: messages, a form, home. */
function answered(answer, from) {
  for (const m of answer.messages || []) upsert(m, true);
  if (answer.card) {
    S.homeCard = answer.card;
    if (isHome()) drawHome();
  }
  if (answer.form) {
    openForm(answer.form, {
      user: S.state.me.user, zone: S.state.me.zone, people: S.state.people, maxUpload: S.state.maxUpload,
      conversation: from.conversation, message: from.message, answered: (a) => { answered(a, from); if (isHome()) refreshHome(); },
    });
  }
  for (const e of answer.errors || []) toast(e.message, true);
  if (from.message === home && answer.messages?.length) show(answer.messages[answer.messages.length - 1].conversation, true);
}

// --- home -------------------------------------------------------------------------------------

function drawHome() {
  dispose($('messages'));
  if (!S.homeCard) {
    $('messages').replaceChildren(h('div', { class: 'home' }, h('div', { class: 'skeleton' }), h('div', { class: 'skeleton short' })));
    return;
  }
  const dm = S.state.conversations.find((c) => c.private).id;
  const user = S.state.me.user;
  $('messages').replaceChildren(h('div', { class: 'home' }, drawCard(S.homeCard, async (call) => {
    try {
      const answer = await post('/api/press', { user, conversation: dm, message: home, call, id: uuid() });
      if (user !== S.state.me.user) return;
      answered(answer, { conversation: dm, message: home });
    } catch (e) {
      lost(e);
    }
  }), chips()));
}

async function refreshHome() {
  const user = S.state.me.user;
  try {
    const answer = await get('/api/home', { user });
    if (user !== S.state.me.user) return;
    S.homeCard = answer.card || { title: 'Home', body: [{ type: 'text', text: [{ text: 'Nothing to show here.' }] }] };
    if (isHome()) drawHome();
  } catch (e) {
    lost(e);
  }
}

// --- reference and switcher -------------------------------------------------------------------

function reference() {
  if (narrow.matches) drawer(false);
  const title = uid('reference');
  const body = h('div', { class: 'dialog-body', tabindex: '0', role: 'region', 'aria-labelledby': title });
  const use = (t) => { dialog.close(); composer.put(t); };
  const draw = (want) => {
    const hits = S.state.commands.filter((c) => `${c.noun} ${c.verb} ${c.summary} ${c.details || ''}`.toLowerCase().includes(want));
    body.replaceChildren(...(hits.length ? hits.map((c) => h('section', { class: 'reference' },
      h('h3', {}, h('code', { text: c.usage }), c.roles?.length ? h('span', { class: 'tag', text: c.roles.join(', ').replaceAll('_', ' ') }) : null),
      h('p', { text: c.summary }),
      c.details ? h('p', { class: 'muted', text: c.details }) : null,
      c.params?.length ? h('dl', { class: 'params' }, c.params.map((p) => h('div', {}, h('dt', {}, h('code', { text: p.flag ? `+${p.name}` : p.keyOnly ? `${p.name}:` : p.name }), p.required ? h('span', { class: 'muted', text: ' required' }) : null),
        h('dd', { text: [p.help, p.choices?.length ? `One of: ${p.choices.slice(0, 12).map((x) => x.value).join(', ')}.` : p.example ? `e.g. ${p.example}` : ''].filter(Boolean).join(' ') })))) : null,
      c.examples?.length ? h('div', { class: 'chips' }, c.examples.map((x) => h('button', { type: 'button', class: 'chip', onclick: () => use(x) }, h('code', { text: x })))) : h('div', { class: 'chips' }, h('button', { type: 'button', class: 'chip', onclick: () => use(`${typed(c)} `) }, h('code', { text: typed(c) }))))) : [h('p', { class: 'muted', text: 'No command says that. Try another word.' })]));
  };
  const search = h('input', { class: 'input', type: 'search', placeholder: 'Search commands', 'aria-label': 'Search commands', oninput: () => draw(search.value.trim().toLowerCase()) });
  const dialog = h('dialog', { class: 'dialog side', 'aria-labelledby': title },
    h('header', { class: 'dialog-head' }, h('h2', { id: title, text: 'Commands' }), h('button', { type: 'button', class: 'quiet square', 'aria-label': 'Close the commands', onclick: () => dialog.close() }, icon('close'))),
    h('div', { class: 'dialog-search' }, search), body);
  draw('');
  openDialog(dialog);
  search.focus();
}

function switcher() {
  if (document.querySelector('dialog[open]')) return;
  if (narrow.matches) drawer(false);
  const all = [
    { label: 'Home', hint: 'What waits for you', lead: () => icon('home'), run: () => show(home, true) },
    ...S.state.conversations.map((c) => ({ label: nameOf(c), hint: c.private ? 'Direct messages' : c.about, lead: () => (c.private ? botAvatar() : icon('hash')), run: () => show(c.id, true) })),
    ...S.state.people.filter((p) => p.user !== S.state.me.user).map((p) => ({ label: p.name, hint: `Be this person${p.about ? ` · ${p.about}` : ''}`, lead: () => avatar(p.name, p.user), run: () => become(p.user) })),
  ];
  let hits = [];
  let at = 0;
  const options = h('ul', { class: 'jump-list', id: 'jump-list', role: 'listbox', 'aria-label': 'People and conversations' });
  const mark = () => {
    [...options.children].forEach((o, i) => o.setAttribute('aria-selected', String(i === at)));
    options.children[at]?.scrollIntoView({ block: 'nearest' });
    if (options.children[at]) input.setAttribute('aria-activedescendant', options.children[at].id);
    else input.removeAttribute('aria-activedescendant');
  };
  const go = (i) => { const hit = hits[i]; if (!hit) return; dialog.close(); hit.run(); };
  const draw = () => {
    const want = input.value.trim().toLowerCase();
    hits = all.filter((x) => `${x.label} ${x.hint || ''}`.toLowerCase().includes(want));
    at = 0;
    options.replaceChildren(...hits.map((x, i) => h('li', { role: 'option', id: `jump-${i}`, class: 'suggestion', onclick: () => go(i) }, x.lead(), h('span', { class: 'suggestion-label', text: x.label }), h('span', { class: 'suggestion-hint', text: x.hint || '' }))));
    options.hidden = hits.length === 0;
    mark();
  };
  const input = h('input', {
    class: 'input', type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'jump-list', 'aria-label': 'Jump to a person or conversation', placeholder: 'Person or conversation', autocomplete: 'off',
    oninput: draw,
    onkeydown: (e) => {
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        e.preventDefault();
        at = (at + (e.key === 'ArrowDown' ? 1 : -1) + hits.length) % Math.max(hits.length, 1);
        mark();
      } else if (e.key === 'Enter') {
        e.preventDefault();
        go(at);
      }
    },
  });
  const dialog = h('dialog', { class: 'dialog jumper', 'aria-label': 'Jump to' }, h('div', { class: 'dialog-search' }, input), options);
  dialog.addEventListener('click', (e) => { if (e.target === dialog) dialog.close(); });
  draw();
  openDialog(dialog);
  input.focus();
}

document.addEventListener('keydown', (e) => {
  if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === 'k' && S.state) {
    e.preventDefault();
    switcher();
  } else if (e.key === 'Escape' && $('app').classList.contains('drawer')) drawer(false);
});

window.addEventListener('popstate', () => {
  const to = place();
  if (!S.state || !to.as) return;
  if (to.as !== S.state.me.user) load(to.as, to.in).catch(lost);
  else if (to.in && to.in !== S.active) show(to.in, false);
});

start();
