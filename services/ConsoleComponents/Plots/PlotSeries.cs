namespace ConsoleComponents.Plots;

/// <summary>A line or a colour of a plot: a value for each of the plot's labels.</summary>
public sealed record PlotSeries(string Name, string Colour, IReadOnlyList<double> Values);
