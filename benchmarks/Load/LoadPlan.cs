namespace Load;

/// <summary>What a run is to do.</summary>
internal sealed record LoadPlan(Uri Url, int Orders, int Concurrency, int Products, string Customer, string? Saga);
