// Draws cards: the neutral message of the bot as elements of the page.
import { confirm, h, icon, instant, menu, size } from './ui.js';

const safe = (url) => /^(https?:|mailto:)/i.test(url || '');

/** Draws a run of styled spans. */
export function text(spans, tag = 'p', cls = 'text') {
  return h(tag, { class: cls }, (spans || []).map((s) => {
    switch (s.style) {
      case 'bold': return h('strong', { text: s.text });
      case 'italic': return h('em', { text: s.text });
      case 'code': return h('code', { text: s.text });
      case 'link': return safe(s.url) ? h('a', { href: s.url, target: '_blank', rel: 'noopener noreferrer', text: s.text }) : document.createTextNode(s.text);
      case 'instant': return instant(s.at);
      case 'mention': return h('span', { class: 'mention', text: `@${s.text}` });
      default: return document.createTextNode(s.text || '');
    }
  }));
}

/** Returns what a text says, without its styles. */
export const plain = (spans) => (spans || []).map((s) => s.text || '').join('');

/** Returns a card's first words, for a screen reader. */
export function gist(card) {
  const body = (card.body || []).find((n) => n.type === 'text');
  return [card.title, plain(body?.text)].filter(Boolean).join('. ').slice(0, 200);
}

function blobURL(node) {
  const bytes = Uint8Array.from(atob(node.data || ''), (c) => c.charCodeAt(0));
  return { url: URL.createObjectURL(new Blob([bytes], { type: node.mediaType || 'application/octet-stream' })), bytes: bytes.length };
}

/** Frees the pictures and files of an element that goes away. */
export function dispose(el) {
  for (const held of el.querySelectorAll('[data-blob]')) URL.revokeObjectURL(held.dataset.blob);
}

function table(node) {
  const width = Math.max((node.header || []).length, ...(node.rows || []).map((r) => r.length));
  return h('table', { class: `table columns-${width}` },
    node.header?.length ? h('thead', {}, h('tr', {}, node.header.map((t) => h('th', { scope: 'col', text: t })))) : null,
    h('tbody', {}, (node.rows || []).map((row) => h('tr', {}, row.map((cell) => text(cell, 'td', 'cell'))))));
}

/** Reads the size of a PNG from its header, so that the page keeps the room before it is drawn. */
function dimensions(data) {
  const head = atob((data || '').slice(0, 32));
  const number = (at) => [0, 1, 2, 3].reduce((sum, i) => sum * 256 + head.charCodeAt(at + i), 0);
  return head.length >= 24 && head.slice(1, 4) === 'PNG' ? { width: number(16), height: number(20) } : {};
}

function picture(node) {
  const { url } = blobURL(node);
  return h('figure', { class: 'picture', dataset: { blob: url } },
    h('img', { src: url, alt: node.alt || node.name || 'Picture', ...dimensions(node.data) }),
    h('figcaption', {}, h('a', { class: 'download', href: url, download: node.name || 'picture.png' }, icon('download'), node.name || 'picture.png')));
}

function file(node) {
  const { url, bytes } = blobURL(node);
  return h('a', { class: 'file', href: url, download: node.name || 'file', dataset: { blob: url } }, icon('file'),
    h('span', { class: 'grow' }, h('span', { class: 'file-name', text: node.name || 'file' }), h('span', { class: 'muted', text: size(bytes) })),
    icon('download'));
}

/** How many characters a field may have beside others: a longer one has a line to itself. */
const fieldRoom = 48;

function field(f) {
  const value = text(f.text, 'dd', '');
  return h('div', { class: value.textContent.length > fieldRoom ? 'wide' : '' }, h('dt', { text: f.label }), value);
}

function drawNode(node) {
  switch (node.type) {
    case 'text': return text(node.text);
    case 'fields': return h('dl', { class: 'fields' }, (node.fields || []).map(field));
    case 'table': return table(node);
    case 'picture': return picture(node);
    case 'file': return file(node);
    case 'divider': return h('hr');
    default: return null;
  }
}

const toneWord = { good: 'Done', attention: 'Needs attention', trouble: 'Problem' };

/**
 * Draws a card. press(call) sends a button off and resolves when it was answered; while it runs, no
 * button of the card fires again.
 */
export function drawCard(card, press, headingTag = 'h2') {
  const words = !card.tone && !card.title && !card.actions?.length && !card.menu && (card.body || []).every((n) => n.type === 'text');
  const el = h('div', { class: `card${words ? ' words' : ''}${card.tone ? ` tone-${card.tone}` : ''}` });
  let busy = false;
  const run = async (button, call, ask, danger) => {
    if (busy || (ask && !(await confirm(ask, danger))) || busy) return;
    busy = true;
    try {
      el.setAttribute('aria-busy', 'true');
      button.classList.add('busy');
      for (const b of el.querySelectorAll('.buttons button, .item button')) b.setAttribute('aria-disabled', 'true');
      await press(call);
    } finally {
      busy = false;
      el.removeAttribute('aria-busy');
      button.classList.remove('busy');
      for (const b of el.querySelectorAll('.buttons button, .item button')) b.removeAttribute('aria-disabled');
    }
  };
  if (card.tone) el.append(h('span', { class: 'hidden', text: `${toneWord[card.tone] || ''}: ` }));
  if (card.title) el.append(h(headingTag, { class: 'card-title', text: card.title }));
  const button = (a, key, cls = '') => {
    const b = h('button', {
      type: 'button', class: `button ${cls}${a.style || ''}`, dataset: { key, call: a.call },
      'aria-pressed': a.style === 'on' ? 'true' : undefined,
      onclick: () => run(b, a.call, a.confirm, a.style === 'danger'),
    }, a.style === 'on' ? icon('check') : null, h('span', { text: a.label }));
    return b;
  };
  // Lines with a button each that follow one another are one list.
  let list = null;
  (card.body || []).forEach((node, i) => {
    if (node.type === 'item') {
      if (!list) el.append(list = h('ul', { class: 'items' }));
      list.append(h('li', { class: 'item' }, text(node.text), node.action ? button(node.action, `line-${i}`, 'small ') : null));
      return;
    }
    list = null;
    const drawn = drawNode(node);
    if (drawn) el.append(drawn);
  });
  const buttons = (card.actions || []).map((a, i) => button(a, `action-${i}`));
  if (card.menu?.items?.length) {
    const m = h('button', {
      type: 'button', class: 'button', dataset: { key: 'menu' }, 'aria-haspopup': 'menu', 'aria-expanded': 'false',
      onclick: () => {
        if (busy) return;
        menu(m, card.menu.items.map((i) => ({ label: i.label, hint: i.hint, run: () => run(m, i.call) })), { label: card.menu.label || 'More' });
      },
    }, h('span', { text: card.menu.label || 'More' }), icon('chevron'));
    buttons.push(m);
  }
  if (buttons.length) el.append(h('div', { class: 'buttons' }, buttons));
  if (card.context?.length) el.append(text(card.context, 'p', 'context'));
  return el;
}
