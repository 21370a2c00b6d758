namespace Blueprint.Decomposition;

/// <summary>The relations of a description, between contexts instead of modules.</summary>
internal sealed class Relations
{
    private readonly Description description;
    private readonly Dictionary<string, string> contextOf = new(StringComparer.Ordinal);

    public Relations(Description description, IReadOnlyList<IReadOnlyList<Module>> groups)
    {
        this.description = description;
        foreach (var group in groups)
        {
            foreach (var module in group)
            {
                contextOf[module.Name] = group[0].Name;
            }
        }
    }

    /// <summary>The context of a module; an edge is its own context.</summary>
    public string ContextOf(string module) => contextOf.GetValueOrDefault(module, module);

    public string OwnerOf(string datum) =>
        description.Modules.First(module => module.Owns.Contains(datum, StringComparer.OrdinalIgnoreCase)).Name;

    private bool Joins(string first, string second, string one, string other) =>
        (ContextOf(first), ContextOf(second)) == (one, other) || (ContextOf(first), ContextOf(second)) == (other, one);

    public IEnumerable<Dependency> Dependencies(string one, string other) =>
        description.Dependencies.Where(dependency => Joins(dependency.From, dependency.To, one, other));

    public IEnumerable<ConsistencyNeed> Needs(string one, string other) =>
        description.Consistency.Where(need => Joins(need.First, need.Second, one, other));

    public int JointPercent(string one, string other) =>
        description
            .JointChanges.Where(change => Joins(change.First, change.Second, one, other))
            .Select(change => change.Percent)
            .DefaultIfEmpty()
            .Max();

    public IEnumerable<(string Reader, string Owner, string Datum)> Reads(string one, string other) =>
        description.Modules.SelectMany(module =>
            module
                .Reads.Where(datum => Joins(module.Name, OwnerOf(datum), one, other))
                .Select(datum => (ContextOf(module.Name), ContextOf(OwnerOf(datum)), datum))
        );

    public bool IsDependedOn(string module) => description.Dependencies.Any(dependency => dependency.To == module);
}
