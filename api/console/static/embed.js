import { render } from "./vendor/preact.js";
import { html } from "./vendor/html.js";
import { Embedded } from "./embedded.js";
import { applyTheme } from "./theme.js";

applyTheme();
const place = document.getElementById("console");
place.replaceChildren();
render(html`<${Embedded} />`, place);
