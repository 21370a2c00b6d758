// What only the browser can do: the viewer's zone and language data, the system's theme, and connecting again.

class LocalTime extends HTMLElement {
  static observedAttributes = ['datetime', 'data-language', 'data-only'];

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    this.show();
  }

  // In a shadow root: the text between the tags belongs to Blazor.
  show() {
    const at = new Date(this.getAttribute('datetime'));
    if (!this.isConnected || Number.isNaN(at.valueOf())) {
      return;
    }
    const time = this.dataset.only === 'time'
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' }
      : { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' };
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.textContent = new Intl.DateTimeFormat(this.dataset.language, time).format(at);
    this.title = new Intl.DateTimeFormat(this.dataset.language, { dateStyle: 'full', timeStyle: 'long' }).format(at);
  }
}

customElements.define('local-time', LocalTime);

window.consoleComponents = {
  prefersDark: () => window.matchMedia('(prefers-color-scheme: dark)').matches,

  // Signs the page's session in anew, with the cookie that another tab has got; false if that tab is someone else's or has none.
  renew: async address => (await fetch(address, { method: 'POST', redirect: 'error' }).catch(() => ({ ok: false }))).ok,
};

// A server that was restarted has lost the page's circuit: the page begins anew, as soon as the server answers.
document.getElementById('components-reconnect-modal')?.addEventListener('components-reconnect-state-changed', event => {
  if (event.detail.state === 'rejected' || event.detail.state === 'resume-failed') {
    location.reload();
  }
});

window.Blazor.start({
  circuit: {
    reconnectionOptions: { maxRetries: 10000, retryIntervalMilliseconds: attempt => Math.min(100 + attempt * 200, 2000) },
  },
});
