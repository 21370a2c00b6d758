namespace Sidecar.Yaml;

/// <summary>A mistake in a file: where it is, and what would be right.</summary>
internal sealed record YamlProblem(string File, int Line, string Message)
{
    /// <summary>Where else to look, for people.</summary>
    public string Elsewhere { get; init; } = "";

    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}{Elsewhere}" : $"{File}: {Message}{Elsewhere}";
}

/// <summary>Every mistake found, so that one run shows them all.</summary>
internal sealed class InvalidConfigurationException(IReadOnlyList<YamlProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public InvalidConfigurationException(string file, int line, string message) : this([new YamlProblem(file, line, message)])
    {
    }

    public IReadOnlyList<YamlProblem> Problems { get; } = problems;
}
