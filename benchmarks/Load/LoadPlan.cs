namespace Load;

/// <summary>The plan of a run.</summary>
internal sealed record LoadPlan(Uri Url, int Orders, int Concurrency, int Products, string Customer, string? Saga);
