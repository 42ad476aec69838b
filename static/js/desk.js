/* The desk works without this; with it, the words of a template land where the cursor is. */
(() => {
  "use strict";
  const form = document.querySelector("#draft form");
  const choice = form?.querySelector("[name=template]");
  const area = form?.querySelector("textarea[name=text]");
  if (!choice || !area) return;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "insert") return;
    const words = choice.selectedOptions[0]?.dataset.words;
    if (!words) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    area.focus();
    area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }, { capture: true });
})();
