"""The public contract as documents, made from the classes in `shared.events` alone.

`schemas` writes one JSON Schema for each event, `asyncapi` the AsyncAPI document of all of them. They are committed under
`docs/contract/`, and intake serves the second one.
"""
