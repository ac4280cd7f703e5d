"""Query documents compiled to Python: the same answers as graphql-core's, for a fraction of its work.

A program is made for each operation that is asked for, when it is first asked for, and kept with its document:

1. graphql-core parses, validates and coerces variables as ever, and collects the fields of a selection set
   (fragments, merged fields, @skip and @include). `programs.py` keeps what was made, one for each set of
   conditions that @skip and @include were given.
2. `selections.py` writes one function for each selection set and object type: it reads an object's attributes
   and puts them into the answer. `fields.py` and `resolving.py` are for fields that have a resolver, `values.py`
   and `leaves.py` for what comes of it: lists, objects, interfaces, scalars.
3. A program knows what it expects: a list of `Chart`, a `str`. Whatever else comes, be it None where none may be,
   an exception, an awaitable in an attribute or an object of another class, is handed to graphql-core's own
   executor there and then (`executor.py`), which completes it by its own rules and reports its errors.

Lists read ahead what their items will ask of loaders (`ahead.py`), so that a page needs no task for each field.

So nothing of graphql-core's rules is written again here but the way that everything takes as a rule.
"""
