/* Small helps on top of pages that work without any of them. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const store = {
    get: (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
    clear: (key) => { try { sessionStorage.removeItem(key); } catch { /* forbidden */ } },
  };

  /* The error summary is the first thing to hear after a failed form. */
  document.querySelector("[data-focus]")?.focus();

  /* On a phone the queues are one line; bring the open one into sight. */
  document.querySelector(".queues [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

  /* A second press of the same button is not a second letter. The lock opens again when the page
     comes back from the history, or after a while in case the answer was a download. */
  for (const form of all('form[method="post"]')) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      all("button:not([type=button])", form).forEach((b) => b.setAttribute("aria-disabled", "true"));
      setTimeout(() => unlock(form), 10000);
    });
  }
  const unlock = (form) => {
    delete form.dataset.sent;
    all("button[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled"));
  };
  addEventListener("pageshow", () => all("form[data-sent]").forEach(unlock));

  /* Character counters. maxlength would cut pasted words off silently, so it goes. */
  for (const note of all("[data-counter]")) {
    const area = document.getElementById(note.dataset.counter);
    if (!area) continue;
    const max = Number(note.dataset.max);
    area.removeAttribute("maxlength");
    let timer;
    const show = () => {
      const left = max - [...area.value].length;
      note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", Math.abs(left));
      note.classList.toggle("over", left < 0);
      clearTimeout(timer);
      /* Spoken only near the end, and only when the typing rests. */
      note.removeAttribute("aria-live");
      if (left <= max / 10) timer = setTimeout(() => note.setAttribute("aria-live", "polite"), 1000);
    };
    area.addEventListener("input", show);
    show();
  }

  /* Unsaved words: kept in this tab, put back into empty fields, and asked about before leaving. */
  const kept = (form) => [...form.elements].filter((field) =>
    field.name && field.matches("textarea, select, input:not([type=hidden], [type=file], [type=password], [type=submit])")
    && !field.closest(".honeypot") && !("noDraft" in field.dataset));
  const toggled = (field) => field.type === "radio" || field.type === "checkbox";
  for (const mark of all("[data-draft-clear]")) store.clear("draft:" + mark.dataset.draftClear);
  for (const form of all("form[data-draft]")) {
    const key = "draft:" + form.dataset.draft;
    const draft = store.get(key);
    const note = form.querySelector("[data-draft-note]");
    note?.querySelector("button")?.addEventListener("click", () => { store.clear(key); form.reset(); note.hidden = true; });
    if (draft && !form.querySelector("[aria-invalid=true]")) {
      let back = false;
      for (const field of kept(form)) {
        if (field.type === "checkbox") continue; /* a consent is given anew */
        if (field.type === "radio") { if (draft[field.name] === field.value) field.checked = true; }
        else if (!field.value && draft[field.name]) { field.value = draft[field.name]; back = true; }
      }
      if (note && back) note.hidden = false;
      kept(form).forEach((field) => field.dispatchEvent(new Event("input", { bubbles: false })));
    }
    let timer;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const words = {};
        for (const field of kept(form)) if (!toggled(field) || (field.type === "radio" && field.checked)) words[field.name] = field.value;
        store.set(key, words);
      }, 400);
    });
  }
  for (const form of all("form[data-guard]")) {
    let dirty = false;
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("submit", () => { dirty = false; });
    addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  }

  /* Print and copy buttons exist only where they can work. */
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  if (navigator.clipboard) for (const button of all("[data-copy]")) {
    const source = document.querySelector(button.dataset.copy);
    if (!source) continue;
    const words = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(source.textContent.trim()); } catch { return; }
      button.textContent = button.dataset.done || words;
      setTimeout(() => { button.textContent = words; }, 3000);
    });
  }

  /* An open user menu closes on Escape or a press elsewhere. */
  const menus = all("details.menu");
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
})();
