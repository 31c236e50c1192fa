// Starts Swagger UI on the document that the page names. The library is a classic script.
const place = document.getElementById("api");
window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    validatorUrl: null, // nothing is sent to a server of somebody else
    persistAuthorization: false,
});
