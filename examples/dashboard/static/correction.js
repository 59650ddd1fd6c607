// "This is wrong": a form under a sentence. The server takes what it says to Kritiq.

const PATIENCE_MS = 20000; // the server gives Kritiq ten seconds

export function corrections({ refresh }) {
  const list = document.getElementById("reviews");
  document.body.dataset.script = "yes"; // without a script there is nothing that the button could do

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button.wrong");
    if (button) open(button);
    else if (event.target.closest(".correction .cancel")) close(event.target.closest(".correction"));
  });
  list.addEventListener("keydown", (event) => {
    const form = event.target.closest(".correction");
    if (form && event.key === "Escape") close(form);
  });
  list.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target);
  });

  function open(button) {
    const form = document.getElementById("correction").content.firstElementChild.cloneNode(true);
    const judged = button.closest(".line").querySelector(".chip[data-aspect]");
    if (judged) form.elements.aspect.value = judged.dataset.aspect;
    button.hidden = true;
    button.after(form);
    form.elements.aspect.focus();
  }

  function close(form) {
    const button = form.previousElementSibling;
    form.remove();
    button.hidden = false;
    button.focus();
  }

  async function send(form) {
    const status = form.querySelector(".said");
    const job = form.closest(".review").dataset.key;
    const position = form.previousElementSibling.dataset.position;
    const again = form.querySelector("button:not(.cancel)");
    again.disabled = true;
    delete status.dataset.bad;
    status.textContent = status.dataset.sending;
    const { aspect, polarity } = Object.fromEntries(new FormData(form));
    const refusal = await told({ job_id: job, sentence: Number(position), aspect, polarity }).catch(() => status.dataset.failed);
    again.disabled = false;
    if (refusal !== "") {
      status.dataset.bad = "yes";
      status.textContent = refusal;
      return keepFocus(again);
    }
    await refresh().catch(() => {});
    if (form.isConnected) close(form); // the same as before, or what is shown could not be had
    const card = [...list.children].find((each) => each.dataset.key === job);
    keepFocus(card?.querySelector(`[data-position="${position}"]`) ?? list);
    document.getElementById("arrived").textContent = document.body.dataset.corrected;
  }

  // What had the focus was disabled, or went with the card that was drawn anew, which may have been before the answer.
  function keepFocus(node) {
    if (document.activeElement === document.body) node.focus();
  }

  // Why it was refused, in words; empty when it was taken.
  async function told(correction) {
    const answer = await fetch(`corrections?lang=${document.documentElement.lang}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(correction),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.ok ? "" : (await answer.json()).detail;
  }
}
