// The browser pages' beginning.
import { render } from 'preact';
import { App } from './app.tsx';
import { enterByLink } from './ask.ts';
import { applyTheme } from './theme.ts';

applyTheme();
const fault = await enterByLink();
const page = document.getElementById('page');
if (page !== null) {
  page.replaceChildren(); // the words for those without scripts
  render(<App fault={fault} />, page);
}
