import { render } from "./vendor/preact.js";
import { html } from "./vendor/html.js";
import { Console } from "./console.js";
import { applyTheme } from "./theme.js";

applyTheme();
const place = document.getElementById("console");
place.replaceChildren();
render(html`<${Console} />`, place);
