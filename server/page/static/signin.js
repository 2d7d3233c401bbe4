/** Signing in: a key is given once; what remains is a cookie that this page cannot read. */

import { h } from "./dom.js";
import { t } from "./strings.js";

const MARK = "signed-in";
let signing;

/** Resolves when somebody has signed in; who is asked meanwhile waits for the same. */
export function signedIn() {
	localStorage.removeItem(MARK);
	signing ??= asked().finally(() => {
		signing = undefined;
	});
	return signing;
}

/** Shows the button that ends the session, where there is one. */
export function offerSignOut(button) {
	button.hidden = !localStorage.getItem(MARK);
	button.onclick = async () => {
		await fetch("/v1/session", { method: "DELETE" });
		localStorage.removeItem(MARK);
		location.reload();
	};
}

const asked = () => new Promise((resolve) => {
	const input = h("input", { type: "password", autocomplete: "current-password", required: true, "aria-label": t.key });
	const fault = h("p.failed", { role: "alert", hidden: true });
	const onsubmit = async (event) => {
		event.preventDefault();
		const refused = await send(input.value);
		fault.textContent = refused;
		fault.hidden = !refused;
		if (refused) return;
		dialog.remove();
		resolve();
	};
	const form = h("form.line", { onsubmit }, input, h("button.primary", t.signIn, { type: "submit" }));
	const stay = (event) => event.preventDefault();
	const dialog = h("dialog", { "aria-label": t.signIn, oncancel: stay }, h("h2", t.signIn), h("p", t.signInHint), form, fault);
	document.body.append(dialog);
	dialog.showModal();
});

/** Why a key was refused; nothing where it was not. */
async function send(key) {
	const headers = { "Content-Type": "application/json" };
	const response = await fetch("/v1/session", { method: "POST", headers, body: JSON.stringify({ key }) }).catch(() => null);
	if (!response) return t.unreachable;
	if (!response.ok) return response.status === 401 ? t.keyRefused : t.failedStatus(response.status);
	localStorage.setItem(MARK, "yes");
	offerSignOut(document.getElementById("sign-out"));
	return "";
}
