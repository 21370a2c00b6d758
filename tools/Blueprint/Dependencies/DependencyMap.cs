namespace Blueprint.Dependencies;

/// <summary>How the system hangs together, as its artefacts say.</summary>
internal sealed record DependencyMap(
    IReadOnlyList<string> Apps,
    IReadOnlyList<Call> Calls,
    IReadOnlyList<Store> Stores,
    IReadOnlyList<Publication> Publications,
    IReadOnlyList<Consumption> Consumptions,
    IReadOnlyList<string> Events);

/// <summary>A synchronous call through sidecars. <paramref name="Background"/>: no request waits for it.</summary>
internal sealed record Call(string From, string To, bool Background = false);

/// <summary>A state store and the apps that may use it; an empty list is every app.</summary>
internal sealed record Store(string Name, IReadOnlyList<string> Owners);

/// <summary>Who publishes to a topic, by the outbox of a store.</summary>
internal sealed record Publication(string App, string Topic);

/// <summary>Who consumes a topic. <paramref name="Rules"/> narrow it to some events; <paramref name="All"/>: the rest is handled too.</summary>
internal sealed record Consumption(string App, string Topic, IReadOnlyList<string> Rules, bool All);
