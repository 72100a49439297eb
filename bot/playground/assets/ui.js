// Small pieces that every part of the page uses. Text only ever reaches the page as text nodes.

/** Makes an element. Props are attributes; on… are listeners; class, text and dataset as named. */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'text') el.textContent = value;
    else if (key === 'class') el.className = value;
    else if (key === 'dataset') Object.assign(el.dataset, value);
    else if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
    else el.setAttribute(key, value === true ? '' : value);
  }
  el.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

const paths = {
  menu: 'M3 6h18M3 12h18M3 18h18',
  send: 'M4 12 20 4l-5 16-3.500-6.500L4 12zM11.500 13.500 20 4',
  hash: 'M5 9h15M4 15h15M10 4 8 20M16 4l-2 16',
  home: 'M4 11 12 4l8 7M6 9.500V20h12V9.500M10 20v-6h4v6',
  book: 'M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3V4zM5 17a3 3 0 0 1 3-3h11',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l4.500 4.500',
  eye: 'M2 12s3.500-6.500 10-6.500S22 12 22 12s-3.500 6.500-10 6.500S2 12 2 12zM12 9.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.500 10 17.500 19 7',
  chevron: 'M6 9l6 6 6-6',
  file: 'M6 3h8l5 5v13H6V3zM14 3v5h5',
  download: 'M12 4v11M7 10.500 12 15.500l5-5M5 20h14',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.800 1.800M17.200 17.200 19 19M19 5l-1.800 1.800M6.800 17.200 5 19',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z',
  auto: 'M4 5h16v11H4V5zM9 20h6M12 16v4',
  bot: 'M7 8h10a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3v-5a3 3 0 0 1 3-3zM12 8V4.500M9.500 13.500h.01M14.500 13.500h.01',
  refresh: 'M20 11a8 8 0 1 0-1.500 6M20 5v6h-6',
  down: 'M12 5v14M6 13l6 6 6-6',
  clock: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5l3.500 2',
};

export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}

let counter = 0;
/** Returns an element id that no other element has. */
export const uid = (prefix) => `${prefix}-${(counter += 1)}`;

/** Returns a UUID; the page also runs where crypto.randomUUID does not, over plain HTTP. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function initials(name) {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const last = words.length > 1 ? words[words.length - 1][0] : (words[0] || '?').slice(1, 2);
  return ((words[0] || '?')[0] + last).toUpperCase();
}

/** Returns one of twelve hues for a name: always the same one. */
export function hue(name) {
  let sum = 7;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) >>> 0;
  return sum % 12;
}

export function avatar(name, key = name) {
  return h('span', { class: `avatar hue-${hue(key)}`, 'aria-hidden': 'true', text: initials(name) });
}

export const botAvatar = () => h('span', { class: 'avatar bot', 'aria-hidden': 'true' }, icon('bot'));

// --- time, in the zone of whoever is looking -------------------------------------------------

let zone;
let skew = 0;
/** The server's time: what is said here is dated by it. */
export const now = () => new Date(Date.now() + skew);
export const setNow = (iso) => { skew = new Date(iso) - Date.now(); };

export function setZone(name) {
  zone = undefined;
  if (!name) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name;
  } catch {
    // A zone that this browser does not know leaves its own.
  }
}

const format = (at, options) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(at);
const clock = (at) => format(at, { hour: 'numeric', minute: '2-digit', hour12: true }).replace(/\s?([ap])\.?m\.?/i, (_, l) => `\u00a0${l.toLowerCase()}m`);
/** Returns the calendar day of an instant as 2027-01-04. */
export const dayOf = (at) => {
  const part = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(at).map((p) => [p.type, p.value]));
  return `${part.year}-${part.month}-${part.day}`;
};
/** Returns an instant as what a datetime-local input holds: the time on the wall. */
export const wallClock = (at) => `${dayOf(at)}T${format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`;

export function dayTitle(at) {
  const day = dayOf(at);
  if (day === dayOf(now())) return 'Today';
  if (day === dayOf(new Date(now() - 86400000))) return 'Yesterday';
  return format(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** Returns a calendar day, 2027-01-04, in words: its order of numbers cannot be misread. */
export function longDay(day) {
  const at = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? '' : new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

const fullDate = (at) => `${format(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })}, ${clock(at)} ${zoneName(at)}`;
const zoneName = (at) => {
  const named = new Intl.DateTimeFormat('en-IN', { timeZone: zone, timeZoneName: 'short' }).formatToParts(at);
  return named.find((p) => p.type === 'timeZoneName')?.value ?? '';
};

/** The zone in which times are shown. */
export const zoneHere = () => zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** An instant inside a text: day, time and zone, with the full date on hover. */
export function instant(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return document.createTextNode(iso);
  const year = dayOf(at).slice(0, 4) === dayOf(now()).slice(0, 4) ? {} : { year: 'numeric' };
  const day = format(at, { weekday: 'short', day: 'numeric', month: 'short', ...year }).replace(',', '');
  return h('time', { datetime: iso, title: fullDate(at), text: `${day}, ${clock(at)} ${zoneName(at)}` });
}

/** The time of a message, with the full date on hover. */
export const stamp = (iso) => h('time', { class: 'stamp', datetime: iso, title: fullDate(new Date(iso)), text: clock(new Date(iso)) });

export function ago(iso) {
  const minutes = Math.max(0, Math.round((now() - new Date(iso)) / 60000));
  if (minutes < 1) return 'a moment ago';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h ago`;
  return `${Math.round(minutes / 1440)} days ago`;
}

export const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1 << 20 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`);

// --- telling ---------------------------------------------------------------------------------

/** Says something to screen readers alone. */
export function announce(text) {
  const live = document.getElementById('live');
  live.textContent = '';
  requestAnimationFrame(() => { live.textContent = text; });
}

/** Shows a short note; one about trouble stays until it is closed. */
export function toast(text, trouble = false) {
  const box = document.getElementById('toasts');
  const close = () => el.remove();
  const el = h('div', { class: `toast${trouble ? ' trouble' : ''}`, role: trouble ? 'alert' : 'status' },
    h('span', { text }),
    h('button', { class: 'quiet square', type: 'button', 'aria-label': 'Close this note', onclick: close }, icon('close')));
  while (box.children.length > 2) box.firstChild.remove();
  box.append(el);
  if (!trouble) setTimeout(close, 6000);
}

let held = false;
let letGo = [];
for (const [kind, down] of [['pointerdown', true], ['pointerup', false], ['pointercancel', false]]) {
  document.addEventListener(kind, () => {
    held = down;
    // In a task of its own: the click comes right after the release.
    if (!down) setTimeout(() => { letGo.forEach((go) => go()); letGo = []; });
  }, true);
}
/** Resolves when nothing is pressed: a button that moves between press and release gets no click. */
export const released = () => new Promise((go) => { if (held) letGo.push(go); else go(); });

// --- dialogs and menus -----------------------------------------------------------------------

/** Opens a dialog and gives the focus back where it came from when it closes. */
export function openDialog(dialog, { onClose } = {}) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (onClose) onClose();
    if (document.querySelector('dialog[open]')) return;
    const back = before && before.isConnected && before !== document.body ? before : document.getElementById('input');
    back?.focus();
  });
  dialog.showModal();
}

/** Asks before an act; resolves to whether the answer was yes. */
export function confirm({ title, text, yes, no }, danger) {
  return new Promise((resolve) => {
    const id = uid('confirm');
    const keep = h('button', { type: 'button', class: 'button', text: no || 'Cancel', onclick: () => dialog.close('no') });
    const act = h('button', { type: 'button', class: `button ${danger ? 'danger' : 'primary'}`, text: yes || 'Yes', onclick: () => dialog.close('yes') });
    const dialog = h('dialog', { class: 'dialog small', role: 'alertdialog', 'aria-labelledby': `${id}-title`, 'aria-describedby': `${id}-text` },
      h('h2', { id: `${id}-title`, text: title || 'Are you sure?' }),
      h('p', { id: `${id}-text`, text: text || '' }),
      h('div', { class: 'buttons end' }, keep, act));
    openDialog(dialog, { onClose: () => resolve(dialog.returnValue === 'yes') });
    (danger ? keep : act).focus();
  });
}

/** Opens a menu below (or above) a button. Items: {label, hint, lead, current, run}. */
export function menu(button, items, { label, width } = {}) {
  const before = button;
  const close = (back = true) => {
    if (!list.isConnected) return;
    list.remove();
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('resize', away);
    if (back) before.focus();
  };
  const away = () => close(false);
  const outside = (e) => {
    if (!list.contains(e.target) && !button.contains(e.target)) close(false);
  };
  const list = h('div', { class: 'menu', role: 'menu', 'aria-label': label, popover: 'manual' },
    items.map((item) => h('button', {
      type: 'button', role: item.current === undefined ? 'menuitem' : 'menuitemradio', tabindex: '-1',
      'aria-checked': item.current === undefined ? undefined : String(item.current), class: 'menu-item',
      onclick: () => { close(); item.run(); },
    }, item.lead, h('span', { class: 'grow' }, h('span', { class: 'menu-label', text: item.label }), item.hint && h('span', { class: 'menu-hint', text: item.hint })),
    item.badge ? h('span', { class: 'badge', 'aria-label': `${item.badge} unread`, text: item.badge }) : null,
    item.current ? icon('check') : null)));
  const entries = [...list.children];
  let typed = '';
  let typedAt = 0;
  list.addEventListener('keydown', (e) => {
    const at = entries.indexOf(document.activeElement);
    const go = (i) => { entries[(i + entries.length) % entries.length].focus(); e.preventDefault(); };
    if (e.key === 'ArrowDown') go(at + 1);
    else if (e.key === 'ArrowUp') go(at - 1);
    else if (e.key === 'Home') go(0);
    else if (e.key === 'End') go(entries.length - 1);
    else if (e.key === 'Escape') { close(); e.preventDefault(); e.stopPropagation(); }
    else if (e.key === 'Tab') close(false);
    else if (e.key.length === 1 && e.key !== ' ') {
      typed = e.timeStamp - typedAt < 700 ? typed + e.key : e.key;
      typedAt = e.timeStamp;
      const hit = entries.find((x) => x.textContent.toLowerCase().startsWith(typed.toLowerCase()));
      if (hit) hit.focus();
    }
  });
  // Inside what the button is in, so that it is part of a landmark and, in a dialog, can be reached.
  (button.closest('dialog, main, nav') || document.body).append(list);
  list.showPopover();
  const r = button.getBoundingClientRect();
  list.style.minWidth = `${Math.max(r.width, width || 200)}px`;
  const box = list.getBoundingClientRect();
  const left = Math.max(8, Math.min(r.left, window.innerWidth - box.width - 8));
  const below = window.innerHeight - r.bottom;
  list.style.left = `${left}px`;
  if (below >= Math.min(box.height, 320) + 8 || below > r.top) {
    list.style.top = `${r.bottom + 4}px`;
    list.style.maxHeight = `${below - 12}px`;
  } else {
    list.style.bottom = `${window.innerHeight - r.top + 4}px`;
    list.style.maxHeight = `${r.top - 12}px`;
  }
  button.setAttribute('aria-expanded', 'true');
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('resize', away);
  (entries.find((x) => x.getAttribute('aria-checked') === 'true') || entries[0])?.focus();
}
