// Starts Redoc on the document that the page names. The library is a classic script.
const place = document.getElementById("api");

// It wants the logo of its makers from their server. The page loads nothing from elsewhere: the
// policy would refuse, and say so in the console each time.
function isOurs(address) {
    return address.startsWith("data:") || new URL(address, location.href).origin === location.origin;
}
const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
Object.defineProperty(HTMLImageElement.prototype, "src", {
    ...source,
    set(address) {
        if (isOurs(String(address))) {
            source.set.call(this, address);
        }
    },
});
HTMLImageElement.prototype.setAttribute = function (name, value) {
    if (name !== "src" || isOurs(String(value))) {
        Element.prototype.setAttribute.call(this, name, value);
    }
};

const font = "system-ui, sans-serif";
window.Redoc.init(
    place.dataset.document,
    {
        hideLoading: true,
        nativeScrollbars: true,
        theme: { typography: { fontFamily: font, headings: { fontFamily: font } } },
    },
    place,
);
