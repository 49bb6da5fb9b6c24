"""The quick way: answers the plainest questions without the machinery of the command line.

`factbook query NAME` with nothing but values for its parameters and a format takes half of the time
when neither click nor anything else that is slow to import has a part in it. Whatever is not as
plain as that, not known yet, or wrong in any way is left to the command line, which then begins
from nothing and has the same answer.
"""
