namespace ConsoleComponents.Layout;

/// <summary>A page in the list of pages.</summary>
public sealed record NavigationLink(string Address, string Title, string Icon);
