namespace Console.Edge;

/// <summary>A service as the gateway finds it. <paramref name="Milliseconds"/>: how long its answer took.</summary>
public sealed record ServiceHealthView(string AppId, bool Healthy, double Milliseconds);
