// What HTML and htmx cannot do: dialogs, search keys, steppers, pictures, network bar.
const by = id => document.getElementById(id);
const near = (event, selector) => event.target.closest?.(selector);
let opener, pressed, failed, moving;
function open(dialog) {
  if (!dialog || dialog.open) return;
  // A button that is disabled while its request runs has lost the focus by now.
  opener = document.activeElement === document.body ? pressed : document.activeElement;
  dialog.showModal();
}

addEventListener('click', event => {
  const link = near(event, '[data-open]');
  if (link && by(link.dataset.open)) { event.preventDefault(); open(by(link.dataset.open)); }
  const outside = event.target.localName === 'dialog';
  if (outside || near(event, '[data-close]')) near(event, 'dialog').close();
  const dismiss = near(event, '[data-dismiss]');
  if (dismiss) dismiss.closest(dismiss.dataset.dismiss)?.remove();
  const step = near(event, '[data-step]');
  if (step) count(step.parentElement.querySelector('input'), +step.dataset.step);
  const thumb = near(event, '[data-thumb]');
  if (thumb) { event.preventDefault(); show(document.querySelector(thumb.getAttribute('href'))); }
  if (near(event, '[data-retry]')) retry();
  if (!near(event, '[data-search]')) list(false);
});
addEventListener('keydown', event => {
  if (event.key === ' ' && near(event, 'a[role=button]')) { event.preventDefault(); event.target.click(); }
});
// A dialog gives focus back by itself, unless a swap took its opener away meanwhile.
addEventListener('close', () => {
  if (opener?.isConnected) opener.focus();
  else (opener?.id && by(opener.id) || by('main'))?.focus({ preventScroll: true });
}, true);
// A form that adds has one key per press: a double click, or an answer that got lost, adds once.
addEventListener('submit', ({ target, submitter }) => {
  pressed = submitter;
  const key = target.querySelector('[data-key]');
  if (key) key.value ||= [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16)).join('');
}, true);
addEventListener('htmx:after:swap', () => {
  document.querySelectorAll('[data-key]').forEach(key => { key.value = ''; });
  for (const part of document.querySelectorAll('[data-open-dialog]')) {
    open(by(part.dataset.openDialog));
    part.removeAttribute('data-open-dialog');
  }
  const box = by('search-q'), options = by('suggestions');
  if (box && options) list(document.activeElement === box && !options.hidden);
});
function count(field, change) {
  const value = field.value;
  if (change > 0) field.stepUp(); else field.stepDown();
  const [less, more] = field.parentElement.querySelectorAll('[data-step]');
  less.disabled = field.min !== '' && +field.value <= +field.min;
  more.disabled = field.max !== '' && +field.value >= +field.max;
  if (value !== field.value) field.dispatchEvent(new Event('change', { bubbles: true }));
}
addEventListener('change', event => {
  if (near(event, '[data-autosubmit]')) event.target.form?.requestSubmit();
});
function show(slide) {
  slide.parentElement.scrollTo({ left: slide.offsetLeft });
  document.querySelectorAll('[data-thumb]').forEach(thumb =>
    thumb.setAttribute('aria-current', thumb.hash === '#' + slide.id));
}
// Search combobox: the field keeps focus, aria-activedescendant names the chosen line.
function list(shown, index = -1) {
  const box = by('search-q'), lines = [...document.querySelectorAll('#suggestions [role=option]')];
  if (!box) return;
  by('suggestions').hidden = !shown || !lines.length;
  box.setAttribute('aria-expanded', shown && lines.length > 0);
  lines.forEach((line, at) => line.setAttribute('aria-selected', at === index));
  if (shown && lines[index]) box.setAttribute('aria-activedescendant', lines[index].id);
  else box.removeAttribute('aria-activedescendant');
  lines[index]?.scrollIntoView({ block: 'nearest' });
}
by('search-q')?.addEventListener('keydown', event => {
  const lines = [...by('suggestions').querySelectorAll('[role=option]')];
  const at = lines.findIndex(line => line.getAttribute('aria-selected') === 'true');
  const last = lines.length - 1;
  const down = at < last ? at + 1 : 0, up = at > 0 ? at - 1 : last;
  const to = { ArrowDown: down, ArrowUp: up, Home: 0, End: last }[event.key];
  if (event.key === 'Escape' && !by('suggestions').hidden) { event.preventDefault(); list(false); }
  if (event.key === 'Enter' && at >= 0) { event.preventDefault(); lines[at].click(); }
  if (to === undefined || !lines.length || (at < 0 && /Home|End/.test(event.key))) return;
  event.preventDefault();
  list(true, to);
});
by('search-q')?.addEventListener('focusout', () => setTimeout(() => list(false), 200));

addEventListener('htmx:error', event => {
  if (!event.detail.ctx || event.detail.ctx.response) return;
  failed = event.detail.ctx.sourceElement;
  by('offline').hidden = false;
});
addEventListener('htmx:before:request', () => { by('offline').hidden = true; });
function retry() {
  if (failed?.matches('form')) failed.requestSubmit();
  else if (failed?.isConnected) failed.click();
  else location.reload();
}
// The card's picture grows into the product's: one name on a page at a time.
addEventListener('pageswap', event => {
  for (const part of ['ready', 'finished']) event.viewTransition?.[part].catch(() => {});
  if (!event.viewTransition || document.querySelector('.slides')) return;
  const to = event.activation?.entry.url;
  const link = [...document.querySelectorAll('.card-name a')].find(a => a.href === to);
  moving?.style.removeProperty('view-transition-name');
  moving = link?.closest('.card').querySelector('img');
  moving?.style.setProperty('view-transition-name', 'product-picture');
});
