using System.Text.Json.Serialization;

namespace Blueprint.Dependencies;

/// <summary>The calls, events and stores of the system, read from its artefacts.</summary>
internal sealed record DependencyMap(
    IReadOnlyList<string> Apps,
    IReadOnlyList<Call> Calls,
    IReadOnlyList<Store> Stores,
    IReadOnlyList<Publication> Publications,
    IReadOnlyList<Consumption> Consumptions,
    IReadOnlyList<string> Events
);

/// <summary>A synchronous call through sidecars. <paramref name="Background"/>: no request waits for it.</summary>
internal sealed record Call(string From, string To, bool Background = false);

/// <summary>
/// A state store and the apps that may use it; an empty list means every app. <paramref name="Location"/> is the place of its records; null
/// if they are in the memory of the sidecar or in a store whose metadata the map cannot read. Programs that draw the map do not need it.
/// </summary>
internal sealed record Store(string Name, IReadOnlyList<string> Owners, [property: JsonIgnore] StoreLocation? Location = null);

/// <summary>
/// The database of a store and the table in it. On Redis a key prefix takes the place of the table, and stores may share a server.
/// </summary>
internal sealed record StoreLocation(string Database, string Table, bool MayShareDatabase = false);

/// <summary>A publisher to a topic, through the outbox of a store.</summary>
internal sealed record Publication(string App, string Topic);

/// <summary>
/// A consumer of a topic. <paramref name="Rules"/> limit it to some events; with <paramref name="All"/> it handles the others too.
/// </summary>
internal sealed record Consumption(string App, string Topic, IReadOnlyList<string> Rules, bool All);
