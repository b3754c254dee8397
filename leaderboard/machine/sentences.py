"""What is said of a request that is refused, by its status: by the site, and by the server before it."""

SENTENCES = {
    400: "The request can't be read.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    413: "The request is too large.",
    500: "Something went wrong here: it is our fault, and noted.",
    503: "The site is busy: nothing was changed, try again in half a minute.",
}
